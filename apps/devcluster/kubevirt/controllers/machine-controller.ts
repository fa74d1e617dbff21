import { isDeepStrictEqual } from 'node:util';
import { isKubeError, type KubeClient, rfc3339, types } from '#libs/kube';
import { type VirtualMachine, type VirtualMachineInstance } from '#libs/kubevirt';
import { FINALIZER, type Plan, planMachine } from './machine-plan.js';
import { newInstance } from './new-instance.js';

/** Carries out planMachine: the only place where VMs are written. */
export class MachineController {
  constructor(
    private readonly client: KubeClient,
    private readonly lookUp: (
      name: string,
      namespace: string,
    ) => { vm: VirtualMachine | undefined; vmi: VirtualMachineInstance | undefined },
    private readonly now: () => Date = () => new Date(),
  ) {}

  async reconcile(namespace: string, name: string): Promise<{ again: number } | void> {
    const { vm, vmi } = this.lookUp(name, namespace);
    if (vm === undefined) return;
    const plan = planMachine(vm, vmi, rfc3339(this.now()));
    if (plan.finalizer === 'add') return this.#finalizers(vm, [...(vm.metadata.finalizers ?? []), FINALIZER]);
    if (plan.setRunning) await setRunning(this.client, vm, true);
    await this.#instance(plan, vm, vmi);
    await this.#status(vm, plan);
    if (plan.wait !== undefined) return { again: plan.wait };
    if (plan.finalizer !== 'remove' || !vm.metadata.finalizers?.includes(FINALIZER)) return;
    await this.#finalizers(
      vm,
      vm.metadata.finalizers.filter((finalizer) => finalizer !== FINALIZER),
    );
  }

  async #instance({ instance: action, paused }: Plan, vm: VirtualMachine, vmi: VirtualMachineInstance | undefined) {
    const { name = '', namespace = '' } = vm.metadata;
    if (action === 'create') {
      await this.client.create(types.virtualMachineInstances, newInstance(vm, paused)).catch((error: unknown) => {
        // 409: it is there already and the informer has not seen it yet.
        if (!isKubeError(error, 409) && !leavesNamespace(error)) throw error;
      });
    }
    if (action !== 'delete' || vmi?.metadata.uid === undefined) return;
    const { uid } = vmi.metadata;
    await this.client.delete(types.virtualMachineInstances, name, namespace, { uid }).catch(unless(404, 409));
  }

  async #status(vm: VirtualMachine, { status, finalizer }: Plan): Promise<void> {
    if (finalizer === 'remove' || isDeepStrictEqual(status, vm.status)) return;
    await this.client.replace(types.virtualMachines, { ...vm, status }, { subresource: 'status' });
  }

  async #finalizers(vm: VirtualMachine, finalizers: string[]): Promise<void> {
    const { name = '', namespace, resourceVersion } = vm.metadata;
    const body = { metadata: { finalizers, resourceVersion } };
    await this.client.patch(types.virtualMachines, name, namespace, body, 'merge').catch(unless(404));
  }
}

/** The namespace is being deleted: nothing new can be made in it, and the VM goes too. */
function leavesNamespace(error: unknown): boolean {
  const causes = isKubeError(error, 403) ? error.status.details?.causes : undefined;
  return causes?.some(({ reason }) => reason === 'NamespaceTerminating') ?? false;
}

/** Sets whichever of spec.running and spec.runStrategy the VM has. */
export async function setRunning(client: KubeClient, { metadata, spec }: VirtualMachine, running: boolean) {
  const wanted = spec.runStrategy === undefined ? { running } : { runStrategy: running ? 'Always' : 'Halted' };
  await client.patch(types.virtualMachines, metadata.name ?? '', metadata.namespace, { spec: wanted }, 'merge');
}

/** Lets these codes pass as done; everything else is thrown on. */
export function unless(...codes: number[]): (error: unknown) => void {
  return (error) => {
    if (!isKubeError(error, ...codes)) throw error;
  };
}
