import { CLOSE } from '#libs/api';
import { type GrantEnd } from '../grants/grant-ends.js';
import { onCredentialEnd } from '../credentials/credential-end.js';
import { type VmState } from '../vms/vm-states.js';
import { type LiveConsole } from './live-console.js';
import { type ConsoleParts } from './parts.js';
import { type ConsoleEnd } from './tunnel.js';

const WORDING: Record<GrantEnd, ConsoleEnd> = {
  expired: { code: CLOSE.expired, reason: 'The time of this link is over.' },
  revoked: { code: CLOSE.revoked, reason: 'This link was revoked.' },
  refused: { code: CLOSE.revoked, reason: 'This link is not valid any more.' },
  gone: { code: CLOSE.vmStopped, reason: 'The virtual machine that this link was made for is gone.' },
};

/** What ends a console from outside, from the first moment on: its grant, its sign-in, its machine. */
export function fence(live: LiveConsole, { ends, vms }: Pick<ConsoleParts, 'ends' | 'vms'>): void {
  const { credential, target } = live.order;
  const { tunnel } = live;
  live.onEnd(
    onCredentialEnd(credential, ends, (end) => {
      const { code, reason } = WORDING[end];
      tunnel.end(code, wordingOf(end, live, vms) ?? reason);
    }),
  );
  let uid = vms.get(target.namespace, target.vm)?.uid;
  live.onEnd(
    vms.watch(target.namespace, target.vm, (state) => {
      uid ??= state.uid;
      const reason = whyStopped(state, target.vm, uid);
      if (reason !== undefined) tunnel.end(CLOSE.vmStopped, reason);
    }),
  );
}

/** @returns what is known better than the general wording */
function wordingOf(end: GrantEnd, { order }: LiveConsole, vms: ConsoleParts['vms']): string | undefined {
  const { credential, target } = order;
  if (credential.kind === 'user') return 'Your sign-in has ended.';
  const state = vms.get(target.namespace, target.vm);
  if (end !== 'gone' || state === undefined) return undefined;
  return whyStopped(state, target.vm, credential.presented.grant.vmUid);
}

/** What a machine does that will run, or ran until now. */
const PASSING: Partial<Record<VmState['status'], string>> = {
  Stopping: 'is stopping',
  Terminating: 'is stopping',
  Starting: 'is starting',
  Provisioning: 'is starting',
  WaitingForVolumeBinding: 'is starting',
  WaitingForReceiver: 'is starting',
};

/** @returns why there is no console on this machine, or undefined where there is one */
export function whyStopped(state: VmState, vm: string, uid?: string): string | undefined {
  if (state.status === 'NotFound') return `${vm} does not exist.`;
  if (uid !== undefined && state.uid !== uid) return `${vm} was deleted and made anew.`;
  if (state.running) return undefined;
  return `${vm} ${PASSING[state.status] ?? `does not run (${state.status})`}.`;
}
