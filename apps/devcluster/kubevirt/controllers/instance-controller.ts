import { isDeepStrictEqual } from 'node:util';
import { type EventRecorder, type KubeClient, rfc3339, types } from '#libs/kube';
import { isFinal, type Phase, type VirtualMachineInstance } from '#libs/kubevirt';
import { type End, type Machines } from '../machines.js';
import { instanceStatus } from './instance-status.js';
import { unless } from './machine-controller.js';
import { INSTANCE_FINALIZER } from './new-instance.js';

/** Phases on the way up, and how long each lasts: a person should be able to see them go by. */
const STEPS: Partial<Record<Phase, { next: Phase; ms: number }>> = {
  '': { next: 'Pending', ms: 0 },
  Pending: { next: 'Scheduling', ms: 150 },
  Scheduling: { next: 'Scheduled', ms: 200 },
  Scheduled: { next: 'Running', ms: 200 },
};

const KIND = types.virtualMachineInstances;

/** Takes instances from Pending to Running and down again, with the machine behind each. */
export class InstanceController {
  /** When an instance was first seen in its phase. */
  readonly #since = new Map<string, { phase: Phase; at: number }>();

  constructor(
    private readonly client: KubeClient,
    private readonly lookUp: (name: string, namespace: string) => VirtualMachineInstance | undefined,
    private readonly machines: Machines,
    private readonly events: Pick<EventRecorder, 'record'>,
    private readonly now: () => Date = () => new Date(),
  ) {}

  async reconcile(namespace: string, name: string): Promise<{ again: number } | void> {
    const vmi = this.lookUp(name, namespace);
    if (vmi === undefined) return;
    const { uid = '', deletionTimestamp, finalizers = [] } = vmi.metadata;
    if (deletionTimestamp !== undefined) return this.#remove(vmi, uid);
    if (!finalizers.includes(INSTANCE_FINALIZER)) return this.#finalizers(vmi, [...finalizers, INSTANCE_FINALIZER]);
    const phase = vmi.status?.phase ?? '';
    const end = isFinal(vmi) ? undefined : this.machines.endOf(uid);
    if (end !== undefined) return this.#end(vmi, end);
    const step = STEPS[phase];
    if (step === undefined) return this.#settled(vmi, uid, phase);
    const wait = this.#left(uid, phase, step.ms);
    if (wait > 0) return { again: wait };
    const machine = step.next === 'Running' ? this.machines.start(vmi) : undefined;
    // Looked at again when it has come up, or ended.
    if (machine?.up === false) return;
    await this.#status(vmi, step.next, machine?.paused ?? false);
  }

  /** Forgets instances that are gone without a farewell. */
  async forgetAllBut(uids: ReadonlySet<string>): Promise<void> {
    for (const uid of this.#since.keys()) if (!uids.has(uid)) this.#since.delete(uid);
    await this.machines.keepOnly(uids);
  }

  async #settled(vmi: VirtualMachineInstance, uid: string, phase: Phase): Promise<void> {
    this.#since.delete(uid);
    if (isFinal(vmi)) return this.machines.stop(uid);
    if (phase !== 'Running') return;
    // After a restart of this process, the instance continues with a machine that boots again.
    await this.#status(vmi, 'Running', this.machines.start(vmi).paused);
  }

  /** Events are KubeVirt's: of virt-handler. */
  async #end(vmi: VirtualMachineInstance, { how, why = 'unknown reason' }: End): Promise<void> {
    if (how === 'poweroff') {
      await this.#status(vmi, 'Succeeded', false);
      return this.events.record(vmi, 'Normal', 'Stopped', 'The VirtualMachineInstance was shut down.', KIND);
    }
    const wasUp = vmi.status?.phase === 'Running';
    const message = wasUp ? `The VirtualMachineInstance crashed: ${why}` : `The machine could not start: ${why}`;
    await this.#status(vmi, 'Failed', false, message);
    this.events.record(vmi, 'Warning', wasUp ? 'Stopped' : 'SyncFailed', message, KIND);
  }

  async #remove(vmi: VirtualMachineInstance, uid: string): Promise<void> {
    this.#since.delete(uid);
    await this.machines.stop(uid);
    const { finalizers = [] } = vmi.metadata;
    const rest = finalizers.filter((finalizer) => finalizer !== INSTANCE_FINALIZER);
    if (rest.length < finalizers.length) await this.#finalizers(vmi, rest);
  }

  #left(uid: string, phase: Phase, ms: number): number {
    const now = this.now().getTime();
    const seen = this.#since.get(uid);
    if (seen?.phase === phase) return Math.max(0, seen.at + ms - now);
    this.#since.set(uid, { phase, at: now });
    return ms;
  }

  /** @param failure what went wrong with its machine */
  async #status(vmi: VirtualMachineInstance, phase: Phase, paused: boolean, failure?: string): Promise<void> {
    const status = instanceStatus(vmi, { phase, paused, failure }, rfc3339(this.now()));
    if (isDeepStrictEqual(status, vmi.status)) return;
    await this.client.replace(types.virtualMachineInstances, { ...vmi, status }, { subresource: 'status' });
  }

  async #finalizers(vmi: VirtualMachineInstance, finalizers: string[]): Promise<void> {
    const { name = '', namespace, resourceVersion } = vmi.metadata;
    const body = { metadata: { finalizers, resourceVersion } };
    await this.client.patch(types.virtualMachineInstances, name, namespace, body, 'merge').catch(unless(404));
  }
}
