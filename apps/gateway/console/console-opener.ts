import { Injectable } from '@nestjs/common';
import { CONSOLE_ENDS } from '#libs/api';
import { UserVms } from '../vms/user-vms.js';
import { VmStates, type VmState } from '../vms/vm-states.js';
import { ConsoleHolds } from './console-holds.js';
import { type ConsoleRecord, ConsoleRecorder } from './console-recorder.js';
import { CannotOpen, type ConsoleEnd, consoleEnd } from './ends.js';
import { whyStopped } from './fences.js';
import { GuestConnector } from './guest-connector.js';
import { type LiveConsole } from './live-console.js';

const { vmStopped } = CONSOLE_ENDS;

/** The steps from an answered handshake to a connected console. */
@Injectable()
export class ConsoleOpener {
  constructor(
    private readonly vms: VmStates,
    private readonly userVms: UserVms,
    private readonly holds: ConsoleHolds,
    private readonly recorder: ConsoleRecorder,
    private readonly connector: GuestConnector,
  ) {}

  /**
   * Any step may fail; between steps the browser may have left, or a fence may have ended the console.
   * @param onLost says why, if the cluster disconnects it later
   * @throws CannotOpen with the close code; KubeError, NetworkError if the API server cannot be asked
   */
  async open(live: LiveConsole, onLost: () => Promise<ConsoleEnd>): Promise<void> {
    const state = await this.findVm(live);
    if (live.over) return;
    const [taken, record] = await this.claim(live, state);
    if (live.over) return;
    // The record exists: that it says "Active" need not be awaited, but a console for which it cannot ends.
    const written = this.recorder.opened(live, record);
    await Promise.all([written, this.connector.connect(live, taken, onLost)]);
  }

  /**
   * The Lease and the record: side by side where nobody seems to be using the console. Where the Lease is refused after
   * all, the record ends with that reason; where the record is, the Lease is released.
   */
  private async claim(live: LiveConsole, state: VmState): Promise<[boolean, ConsoleRecord]> {
    if (this.holds.isFree(live, state)) return Promise.all([this.holds.take(live, state), this.recorder.record(live)]);
    const taken = await this.holds.take(live, state);
    return [taken, await this.recorder.record(live)];
  }

  private async findVm({ order: { credential, target } }: LiveConsole): Promise<VmState> {
    const { namespace, vm } = target;
    const user = credential.kind === 'user' ? credential.user : undefined;
    const state = this.vms.get(namespace, vm) ?? (await this.userVms.get(user, namespace, vm));
    const bound = credential.kind === 'grant' ? credential.presented.grant.vmUid : undefined;
    const reason = whyStopped(state, vm, bound);
    if (reason !== undefined) throw new CannotOpen(consoleEnd(vmStopped, reason));
    return state;
  }
}
