import { Injectable } from '@nestjs/common';
import { CONSOLE_ENDS } from '#libs/api';
import { type ConsoleClaim, ConsoleLeases } from '../sessions/console-leases.js';
import { type VmState } from '../vms/vm-states.js';
import { CannotOpen, consoleEnd } from './ends.js';
import { type LiveConsole } from './live-console.js';

const { inUse, takenOver } = CONSOLE_ENDS;

/** One person at a time: a Lease holds a console while it is open. */
@Injectable()
export class ConsoleHolds {
  constructor(private readonly leases: ConsoleLeases) {}

  /** Nobody is using the console, as the watch shows it. */
  isFree({ order: { target } }: LiveConsole, { instance }: VmState): boolean {
    return instance === undefined || !this.leases.isBusy(instance, target.kind);
  }

  /**
   * @returns true if someone was using the console: the cluster must then disconnect them
   * @throws CannotOpen if someone else is using it and keeps it
   */
  async take(live: LiveConsole, { instance }: VmState): Promise<boolean> {
    if (instance === undefined) return live.mayTakeOver;
    const claim = claimOf(live, instance);
    const outcome = await this.leases.claim(claim);
    if (!outcome.held) {
      const { vm } = live.order.target;
      const held = inUse.reasons.held(vm, nameFor(live, outcome.who));
      throw new CannotOpen(consoleEnd(inUse, outcome.by === 'ownTab' ? inUse.reasons.ownTab : held));
    }
    const stop = this.leases.onTaken(claim, (by) => live.tunnel.end(consoleEnd(takenOver, takenOver.reasons[by])));
    live.takenBy = () => this.leases.takenBy(claim);
    live.onEnd(async () => {
      stop();
      await outcome.release();
    });
    return outcome.taken;
  }
}

function claimOf(live: LiveConsole, instance: string): ConsoleClaim {
  const { id, who, browser, tab, tunnel, asksToTakeOver, mayTakeOver: takeOver } = live;
  const { kind } = live.order.target;
  return {
    ...{ instance, kind, id, who, asksToTakeOver, takeOver, ended: tunnel.ended },
    ...(browser === undefined ? {} : { browser }),
    ...(tab === undefined ? {} : { tab }),
  };
}

/** A guest is not told who it is. */
function nameFor({ order: { credential } }: LiveConsole, who: string): string {
  return credential.kind === 'user' ? who : 'Someone else';
}
