import { isDeepStrictEqual } from 'node:util';
import { type GateToken, type GateTokenStatus } from '#libs/api';
import { setCondition } from '#libs/kube';
import { type Decision } from './desired.js';
import { targetOf } from './gather.js';

/** The operator's part of a token's status. `redeemed`, `live` and `last-used` are the gateway's. */
export type OwnStatus = Pick<GateTokenStatus, 'token' | 'data' | 'phase' | 'conditions' | 'link' | 'vm-uid'>;

/** @param jwt of a Ready token; undefined for the grant of a link */
export function statusOf(token: GateToken, decision: Decision, jwt: string | undefined, now: Date): OwnStatus {
  const ready = decision.phase === 'Ready';
  const { reason, message } = ready ? readyText(token, decision, jwt) : decision;
  const condition = {
    type: 'Ready',
    status: ready ? ('True' as const) : ('False' as const),
    reason,
    message,
    ...(token.metadata.generation === undefined ? {} : { observedGeneration: token.metadata.generation }),
  };
  const vmUid = (ready ? decision.vmUid : undefined) ?? token.status?.['vm-uid'];
  const data = 'data' in decision ? decision.data : undefined;
  return {
    phase: decision.phase,
    conditions: setCondition(token.status?.conditions ?? [], condition, now),
    ...(data ? { data } : {}),
    ...(jwt === undefined ? {} : { token: jwt }),
    ...(ready && jwt !== undefined ? linkOf(token, decision.url, jwt) : {}),
    ...(vmUid === undefined ? {} : { 'vm-uid': vmUid }),
  };
}

function readyText(token: GateToken, decision: Decision & { phase: 'Ready' }, jwt: string | undefined) {
  const reason = jwt === undefined ? 'LinkReady' : 'Signed';
  const what = jwt === undefined ? 'The link is good' : 'The token is signed';
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

/** True when the object says already what the operator has to say. */
export function isCurrent(token: GateToken, next: OwnStatus): boolean {
  const { token: jwt, data, phase, conditions, link, 'vm-uid': uid } = token.status ?? {};
  const { token: jwt2, data: data2, phase: phase2, conditions: conditions2, link: link2, 'vm-uid': uid2 } = next;
  return isDeepStrictEqual([jwt, data, phase, conditions, link, uid], [jwt2, data2, phase2, conditions2, link2, uid2]);
}
