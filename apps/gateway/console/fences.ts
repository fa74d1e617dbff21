import { CLOSE } from '#libs/api';
import { type VmState } from '../vms/vm-states.js';
import { type LiveConsole } from './live-console.js';
import { type ConsoleParts } from './parts.js';

const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** What ends a console from outside, from the first moment on: its grant, its sign-in, its machine. */
export function fence(live: LiveConsole, { ends, vms }: Pick<ConsoleParts, 'ends' | 'vms'>): void {
  const { credential, target } = live.order;
  const { tunnel } = live;
  if (credential.kind === 'grant') {
    const stop = ends.watch(credential.presented.grant, (end) => {
      if (end === 'expired') tunnel.end(CLOSE.expired, 'The time of this link is over.');
      else tunnel.end(CLOSE.revoked, 'This link was revoked.');
    });
    live.onEnd(stop);
  } else if (credential.user.until !== undefined) {
    fenceSignIn(live, credential.user.until);
  }
  let uid = vms.get(target.namespace, target.vm)?.uid;
  live.onEnd(
    vms.watch(target.namespace, target.vm, (state) => {
      uid ??= state.uid;
      const reason = whyStopped(state, target.vm, uid);
      if (reason !== undefined) tunnel.end(CLOSE.vmStopped, reason);
    }),
  );
}

function fenceSignIn(live: LiveConsole, until: number): void {
  const left = Math.min(Math.max(0, until - Date.now()), LONGEST_TIMER_MS);
  const timer = setTimeout(() => live.tunnel.end(CLOSE.expired, 'Your sign-in has ended.'), left);
  live.onEnd(() => clearTimeout(timer.unref()));
}

/** @returns why there is no console on this machine, or undefined where there is one */
export function whyStopped(state: VmState, vm: string, uid?: string): string | undefined {
  if (state.status === 'NotFound') return `${vm} does not exist.`;
  if (uid !== undefined && state.uid !== uid) return `${vm} was deleted and made anew.`;
  if (state.running) return undefined;
  // The VM's own status follows that of its instance a little later.
  return state.status === 'Running' ? `${vm} is stopping.` : `${vm} does not run (${state.status}).`;
}
