import { Injectable } from '@nestjs/common';
import { CONSOLE_ENDS } from '#libs/api';
import { statusGroup } from '#libs/kubevirt';
import { type CredentialEnd, Identities } from '../credentials/identities.js';
import { type VmState, VmStates } from '../vms/vm-states.js';
import { type ConsoleEnd, consoleEnd } from './ends.js';
import { type LiveConsole } from './live-console.js';

const { expired, issuerLostAccess, overloaded, revoked, vmStopped } = CONSOLE_ENDS;

const OF_GRANT: Record<CredentialEnd, ConsoleEnd> = {
  expired: consoleEnd(expired, expired.reasons.link),
  revoked: consoleEnd(revoked, revoked.reasons.revoked),
  'signed-again': consoleEnd(revoked, revoked.reasons.signedAgain),
  refused: consoleEnd(revoked, revoked.reasons.refused),
  gone: consoleEnd(vmStopped, vmStopped.reasons.gone),
  'issuer-lost-access': consoleEnd(issuerLostAccess, issuerLostAccess.reasons.lost),
  'out-of-touch': consoleEnd(overloaded, overloaded.reasons.outOfTouch),
};

/** What ends a console from outside, from the first moment on: its grant, its sign-in, its machine. */
@Injectable()
export class Fences {
  constructor(
    private readonly identities: Identities,
    private readonly vms: VmStates,
  ) {}

  around(live: LiveConsole): void {
    const { credential, request, target } = live.order;
    const { tunnel } = live;
    live.onEnd(this.identities.onEnd(credential, request, (end) => tunnel.end(this.toConsoleEnd(end, live))));
    let uid = this.vms.get(target.namespace, target.vm)?.uid;
    live.onEnd(
      this.vms.watch(target.namespace, target.vm, (state) => {
        uid ??= state.uid;
        const reason = whyStopped(state, target.vm, uid);
        if (reason !== undefined) tunnel.end(consoleEnd(vmStopped, reason));
      }),
    );
  }

  private toConsoleEnd(end: CredentialEnd, { order: { credential, target } }: LiveConsole): ConsoleEnd {
    if (credential.kind === 'user') return consoleEnd(expired, expired.reasons.signIn);
    const state = this.vms.get(target.namespace, target.vm);
    if (end !== 'gone' || state === undefined) return OF_GRANT[end];
    const reason = whyStopped(state, target.vm, credential.presented.grant.vmUid);
    return reason === undefined ? OF_GRANT.gone : consoleEnd(vmStopped, reason);
  }
}

/** @returns why this VM has no console, or undefined if it has one */
export function whyStopped(state: VmState, vm: string, uid?: string): string | undefined {
  const { reasons } = vmStopped;
  if (state.status === 'NotFound') return reasons.missing(vm);
  // The gateway may not see a VM of another namespace: the cluster says whether it has a console.
  if (uid !== undefined && state.uid !== undefined && state.uid !== uid) return reasons.replaced(vm);
  if (state.running) return undefined;
  const group = statusGroup(state.status);
  return group === 'starting' || group === 'stopping' ? reasons[group](vm) : reasons.stopped(vm, state.status);
}
