import { isDeepStrictEqual } from 'node:util';
import { type GateToken, type GateTokenStatus } from '#libs/api';
import { setCondition } from '#libs/kube';
import { type Decision } from './desired.js';
import { targetOf } from './gather.js';

/** The operator's part of a token's status. `redeemed`, `live` and `last-used` are the gateway's. */
const OWN = ['token', 'data', 'phase', 'conditions', 'link', 'gate-server', 'vm-uid'] as const;
export type OwnStatus = Pick<GateTokenStatus, (typeof OWN)[number]>;

/** The status that a decision gives a GateToken. @param jwt of a Ready token; undefined for the grant of a link */
export function gateTokenStatus(token: GateToken, decision: Decision, jwt: string | undefined, now: Date): OwnStatus {
  const ready = decision.phase === 'Ready';
  const { reason, message } = ready ? readyText(token, decision, jwt) : decision;
  const condition = {
    type: 'Ready',
    status: ready ? ('True' as const) : ('False' as const),
    reason,
    message,
    ...(token.metadata.generation === undefined ? {} : { observedGeneration: token.metadata.generation }),
  };
  // An ended grant is that of its gateway too: to others of the namespace it is unknown (security.md row 15).
  const server = ready ? decision.server : token.status?.['gate-server'];
  const vmUid = (ready ? decision.vmUid : undefined) ?? token.status?.['vm-uid'];
  const data = 'data' in decision ? decision.data : undefined;
  return {
    phase: decision.phase,
    conditions: setCondition(token.status?.conditions ?? [], condition, now),
    ...(data ? { data } : {}),
    ...(jwt === undefined ? {} : { token: jwt }),
    ...(ready && jwt !== undefined ? linkOf(token, decision.url, jwt) : {}),
    ...(server === undefined ? {} : { 'gate-server': server }),
    ...(vmUid === undefined ? {} : { 'vm-uid': vmUid }),
  };
}

function readyText(token: GateToken, decision: Decision & { phase: 'Ready' }, jwt: string | undefined) {
  const reason = jwt === undefined ? 'LinkReady' : 'Signed';
  const what = jwt === undefined ? 'The link is valid' : 'The token is signed and valid';
  const { from, until } = decision.data;
  const target = targetOf(token);
  const unbound = target && decision.vmUid === undefined ? ` Virtual machine ${target.name} does not exist yet.` : '';
  return { reason, message: `${what} from ${from} until ${until}.${unbound}` };
}

/** The link of a token for one VM: what the original system's users build by hand. */
function linkOf(token: GateToken, url: string, jwt: string): { link?: string } {
  const target = targetOf(token);
  if (!target) return {};
  const query = new URLSearchParams({ token: jwt, name: target.name, namespace: target.namespace });
  return { link: `${url}/auth/jwt/set?${query.toString()}` };
}

/** True if the object already has this status. */
export function isCurrent({ status }: GateToken, next: OwnStatus): boolean {
  return OWN.every((field) => isDeepStrictEqual(status?.[field], next[field]));
}
