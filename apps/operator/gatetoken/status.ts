import { isDeepStrictEqual } from 'node:util';
import { type GateToken, type GateTokenStatus } from '#libs/api';
import { setCondition } from '#libs/kube';
import { consolesOf } from '#libs/policy';
import { approvalOf, kidOf } from '#libs/token';
import { type Decision } from './desired.js';
import { targetOf } from './gather.js';

/** The operator's part of a token's status. `redeemed`, `live` and `last-used` are the gateway's. */
export const OWN = [
  'token',
  'data',
  'phase',
  'conditions',
  'link',
  'gate-server',
  'vm-uid',
  'issuer',
  'approval',
] as const;
/** With `redeemed` as it was read. */
export type OwnStatus = Pick<GateTokenStatus, (typeof OWN)[number] | 'redeemed'>;

/** What is known of a GateToken besides the decision. */
export interface Known {
  /** Of a Ready token; undefined for the grant of a link. */
  jwt: string | undefined;
  /** User name of who created it; undefined where nothing proves it. */
  issuer: string | undefined;
}

/** The status that a decision gives a GateToken. A Ready one is approved as it is: its gateway checks that. */
export function gateTokenStatus(token: GateToken, decision: Decision, known: Known, now: Date): OwnStatus {
  const status = toStatus(token, decision, known, now);
  if (decision.phase !== 'Ready') return status;
  return { ...status, approval: approvalOf(decision.gatewayKey, { ...token, status }) };
}

function toStatus(token: GateToken, decision: Decision, { jwt, issuer }: Known, now: Date): OwnStatus {
  const ready = decision.phase === 'Ready';
  const link = ready && jwt !== undefined ? linkOf(token, decision, jwt) : undefined;
  const { reason, message } = ready ? readyText(token, decision, jwt, link) : decision;
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
  // Final, so it must not be removed: an apply without it would do that once another client wrote it in the operator's name.
  const redeemed = token.status?.redeemed;
  return {
    phase: decision.phase,
    conditions: setCondition(token.status?.conditions ?? [], condition, now),
    ...(data ? { data } : {}),
    ...(jwt === undefined ? {} : { token: jwt }),
    ...(link === undefined ? {} : { link }),
    ...(server === undefined ? {} : { 'gate-server': server }),
    ...(vmUid === undefined ? {} : { 'vm-uid': vmUid }),
    ...(issuer === undefined ? {} : { issuer }),
    ...(redeemed === undefined ? {} : { redeemed }),
  };
}

/** Reason of a token in the place of one whose key is no longer in force: that one is refused from then on. */
export const SIGNED_AGAIN = 'SignedAgain';

/** So it stays, until its end, while it is the same token. */
function isSignedAgain({ status }: GateToken, jwt: string): boolean {
  if (status?.token === undefined) return false;
  const last = kidOf(status.token);
  if (last !== undefined && last !== kidOf(jwt)) return true;
  const ready = status.conditions?.find(({ type }) => type === 'Ready');
  return status.token === jwt && ready?.reason === SIGNED_AGAIN;
}

const AGAIN =
  'It was signed again because the key that signed it before is no longer in force: the earlier token and what was opened with it have ended. Send the new one to its holder.';

type Ready = Decision & { phase: 'Ready' };

function readyText(token: GateToken, decision: Ready, jwt: string | undefined, link: string | undefined) {
  const again = jwt !== undefined && isSignedAgain(token, jwt);
  const reason = jwt === undefined ? 'LinkReady' : again ? SIGNED_AGAIN : 'Signed';
  const what = jwt === undefined ? 'The link is valid' : 'The token is signed and valid';
  const { from, until } = decision.data;
  const target = targetOf(token);
  const unbound = target && decision.vmUid === undefined ? [`Virtual machine ${target.name} does not exist yet.`] : [];
  const first = [`${what} from ${from} until ${until}.`, ...(again ? [AGAIN] : [])];
  const sentences = [...first, ...unbound, ...whyNoLink(decision, jwt, link)];
  return { reason, message: sentences.join(' ') };
}

function whyNoLink({ grant, url }: Ready, jwt: string | undefined, link: string | undefined): string[] {
  if (jwt === undefined) return ['status.link stays empty: only the hash of the link is stored.'];
  if (link !== undefined) return [];
  const why = grant.methods.has('GET') ? 'its urls name no console' : 'consoles need the verb get';
  return [
    `It has no link because ${why}.`,
    `Send status.token as a bearer token to ${url}/k8s/PATH, where PATH is one that its urls allow.`,
  ];
}

/**
 * With the name of the VM, if it is for one, the link is what the original system's users build by hand.
 * @returns undefined where a bearer token is enough: there is no console to show, nor is it single-use, which is good in a
 * browser alone
 */
function linkOf({ spec }: GateToken, decision: Ready, jwt: string): string | undefined {
  const [only, ...others] = consolesOf(decision.grant);
  if (only === undefined && spec['single-use'] !== true) return undefined;
  const target = others.length === 0 && only ? { name: only.vm, namespace: only.namespace } : {};
  const query = Object.entries({ token: jwt, ...target }).map(
    ([name, value]) => `${name}=${encodeURIComponent(value)}`,
  );
  return `${decision.url}/auth/jwt/set?${query.join('&')}`;
}

/** True if the object already has this status. */
export function isCurrent({ status }: GateToken, next: OwnStatus): boolean {
  return OWN.every((field) => isDeepStrictEqual(status?.[field], next[field]));
}
