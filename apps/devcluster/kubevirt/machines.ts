import { hardwareOf, type VirtualMachineInstance } from '#libs/kubevirt';
import { type Machine, type MachineEnd, type MachineFactory } from './machine.js';

/** How a machine ended by itself. */
export interface End {
  how: MachineEnd;
  /** Of a crash. */
  why: string | undefined;
}

/** The machines that run in this process, by the UID of their instance. */
export class Machines {
  readonly #running = new Map<string, Machine>();
  readonly #ends = new Map<string, End>();

  /** @param changed told of the instance whose machine came up or ended by itself */
  constructor(
    private readonly factory: MachineFactory,
    private readonly changed: (namespace: string, name: string) => void,
  ) {}

  get(uid: string | undefined): Machine | undefined {
    return uid === undefined ? undefined : this.#running.get(uid);
  }

  /** How an instance's machine ended, while that is not yet written down. */
  endOf(uid: string): End | undefined {
    return this.#ends.get(uid);
  }

  /** Switches the instance's machine on, unless it is. */
  start(vmi: VirtualMachineInstance): Machine {
    const { uid = '', name = '', namespace = '' } = vmi.metadata;
    const running = this.#running.get(uid);
    if (running !== undefined) return running;
    const { graphics, serial } = hardwareOf(vmi);
    const spec = { uid, name, namespace, graphics, serial };
    const machine = this.factory(spec, {
      up: () => this.changed(namespace, name),
      ended: (how, why) => {
        this.#running.delete(uid);
        this.#ends.set(uid, { how, why });
        this.changed(namespace, name);
      },
    });
    if (vmi.spec.startStrategy === 'Paused') machine.pause();
    this.#running.set(uid, machine);
    return machine;
  }

  /** Pulls the plug and forgets the instance. */
  async stop(uid: string): Promise<void> {
    const machine = this.#running.get(uid);
    this.#running.delete(uid);
    this.#ends.delete(uid);
    await machine?.stop();
  }

  /** Stops whatever belongs to no instance any more. */
  async keepOnly(uids: ReadonlySet<string>): Promise<void> {
    const gone = [...this.#running.keys(), ...this.#ends.keys()].filter((uid) => !uids.has(uid));
    await Promise.all(gone.map((uid) => this.stop(uid)));
  }

  async stopAll(): Promise<void> {
    await this.keepOnly(new Set());
  }
}
