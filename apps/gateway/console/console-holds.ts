import { Injectable } from '@nestjs/common';
import { CONSOLE_ENDS } from '#libs/api';
import { Audit } from '../ops/audit.js';
import { type ConsoleClaim, ConsoleLeases } from '../sessions/console-leases.js';
import { type VmState } from '../vms/vm-states.js';
import { CannotOpen, consoleEnd } from './ends.js';
import { type LiveConsole } from './live-console.js';

const { inUse, takenOver } = CONSOLE_ENDS;

/** One person at a time: a console is held by a Lease while it is open. */
@Injectable()
export class ConsoleHolds {
  constructor(
    private readonly leases: ConsoleLeases,
    private readonly audit: Audit,
  ) {}

  /**
   * @returns true where somebody was on the console before: then the cluster must cut that one
   * @throws CannotOpen where somebody else is on it and stays
   */
  async take(live: LiveConsole, { instance }: VmState): Promise<boolean> {
    if (instance === undefined) return live.mayTakeOver;
    const claim = claimOf(live, instance);
    const outcome = await this.leases.claim(claim);
    if (!outcome.held) {
      const { vm } = live.order.target;
      throw new CannotOpen(consoleEnd(inUse, inUse.reasons.held(vm, nameFor(live, outcome.who))));
    }
    const stop = this.leases.onTaken(claim, () => live.tunnel.end(consoleEnd(takenOver, takenOver.reasons.taken)));
    live.isTaken = () => this.leases.isTaken(claim);
    const undo = async (): Promise<void> => {
      stop();
      await outcome.release();
    };
    // Ended while the claim was on its way: nobody else would undo it any more.
    if (live.over) await undo().catch((error: unknown) => this.audit.fault('lease', error));
    else live.onEnd(undo);
    return outcome.taken;
  }
}

function claimOf(live: LiveConsole, instance: string): ConsoleClaim {
  const { id, who, browser, tunnel, mayTakeOver: takeOver } = live;
  const { kind } = live.order.target;
  return { instance, kind, id, who, takeOver, ended: tunnel.ended, ...(browser === undefined ? {} : { browser }) };
}

/** Who it is, a guest need not know. */
function nameFor({ order: { credential } }: LiveConsole, who: string): string {
  return credential.kind === 'user' ? who : 'Someone else';
}
