import { EventRecorder, Informer, isKubeError, type KubeClient, types, WorkQueue } from '#libs/kube';
import { type VirtualMachine, type VirtualMachineInstance } from '#libs/kubevirt';
import { type MachineFactory } from '../machine.js';
import { Machines } from '../machines.js';
import { InstanceController } from './instance-controller.js';
import { MachineController } from './machine-controller.js';

/** Faults of a controller wait no longer than this: the cluster is on this machine. */
const MAX_BACKOFF_MS = 5_000;

/** Watches VMs and instances of all namespaces and keeps them as they should be. */
export class Controllers {
  readonly machines: Machines;
  readonly #vms: Informer<VirtualMachine>;
  readonly #vmis: Informer<VirtualMachineInstance>;
  readonly #queue: WorkQueue;
  /** Both lists are here: before that, what is missing would be taken for deleted. */
  #ready = false;

  constructor(client: KubeClient, factory: MachineFactory, report: (error: unknown) => void) {
    // A conflict only means that the informer is a moment behind: the next try has the newer object.
    const onError = (error: unknown): void => (isKubeError(error, 409, 410) ? undefined : report(error));
    this.#vms = new Informer<VirtualMachine>(client, types.virtualMachines, { onError });
    this.#vmis = new Informer<VirtualMachineInstance>(client, types.virtualMachineInstances, { onError });
    this.machines = new Machines(factory, (namespace, name) => this.poke(namespace, name));
    const instances = new InstanceController(
      client,
      (name, namespace) => this.#vmis.get(name, namespace),
      this.machines,
      new EventRecorder(client, { component: 'virt-handler', onError }),
    );
    const vms = new MachineController(client, (name, namespace) => ({
      vm: this.#vms.get(name, namespace),
      vmi: this.#vmis.get(name, namespace),
    }));
    this.#queue = new WorkQueue(
      async (key) => {
        const [kind, namespace = '', name = ''] = key.split('/');
        return kind === 'vm' ? vms.reconcile(namespace, name) : instances.reconcile(namespace, name);
      },
      { maxMs: MAX_BACKOFF_MS, onError },
    );
    this.#listen(instances);
  }

  async start(): Promise<void> {
    this.#vms.start();
    this.#vmis.start();
    await Promise.all([this.#vms.synced(), this.#vmis.synced()]);
    this.#ready = true;
    for (const { metadata } of this.#vmis.list()) this.#add('vmi', metadata);
    for (const { metadata } of this.#vms.list()) this.#add('vm', metadata);
  }

  /** Looks at an instance again: its machine has changed. */
  poke(namespace: string, name: string): void {
    this.#add('vmi', { namespace, name });
  }

  #add(kind: 'vm' | 'vmi', { namespace = '', name = '' }: { namespace?: string; name?: string }): void {
    if (this.#ready) this.#queue.add(`${kind}/${namespace}/${name}`);
  }

  async stop(): Promise<void> {
    await Promise.all([this.#vms.stop(), this.#vmis.stop()]);
    await this.#queue.stop();
    await this.machines.stopAll();
  }

  #listen(instances: InstanceController): void {
    const vm = ({ metadata }: VirtualMachine): void => this.#add('vm', metadata);
    const vmi = ({ metadata }: VirtualMachineInstance): void => {
      this.#add('vmi', metadata);
      this.#add('vm', metadata);
    };
    this.#vms.on('put', vm).on('delete', vm);
    this.#vmis.on('put', vmi).on('delete', (gone) => {
      vmi(gone);
      // An instance whose finalizer was taken by force still had a machine.
      void instances.forgetAllBut(new Set(this.#vmis.list().map(({ metadata }) => metadata.uid ?? '')));
    });
  }
}
