import { createHmac, timingSafeEqual } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { type GateToken, type GateTokenSpec, gateTokenDefaults } from '#libs/api';
import { type SecretKey } from './secret-key.js';

/** What a seal is put on: a GateToken as it is admitted, when a name may still have to be generated. */
export type Sealable = Pick<GateToken, 'metadata' | 'spec'>;

type Issuer = NonNullable<GateTokenSpec['issuer']>;

/** As a review of Kubernetes says it. */
interface User {
  username: string;
  uid?: string | undefined;
  groups?: string[] | undefined;
  extra?: Record<string, string[]> | undefined;
}

/** Who a user is, as sealed: without what is empty, which the API server leaves out when it stores it. */
export function identityOf({ username, uid, groups = [], extra = {} }: User): Omit<Issuer, 'seal'> {
  return {
    username,
    ...(uid ? { uid } : {}),
    ...(groups.length > 0 ? { groups } : {}),
    ...(Object.keys(extra).length > 0 ? { extra } : {}),
  };
}

const FORM = /^v1\.(\d{1,12})\.[-\w]{43}$/;

/** Between the clocks of who seals and of the API server that writes creationTimestamp; and the time an admission may take. */
const TOLERANCE_S = 300;

/** May change later, or is the seal itself. */
const OUTSIDE = new Set(['revoked', 'description']);

/**
 * `spec.issuer.seal`: proves that who holds the key wrote `spec.issuer`, for this namespace, name, spec and time, so that
 * it cannot be carried over to another GateToken, nor to one made anew under the same name.
 * @param token as it will be stored, with `spec.issuer`; whatever seal it has is ignored
 * @param at seconds since the epoch
 * @returns `v1.AT.HMAC`, HMAC-SHA256 in base64url
 */
export function sealOf(key: SecretKey, { metadata, spec }: Sealable, at: number): string {
  return sealed(key, metadata.namespace, metadata.name ?? metadata.generateName, spec, at);
}

/**
 * Whether one of the keys sealed this GateToken, and about when it was created. Defaults that a later release adds to
 * the schema change nothing.
 * @param names `any`: a seal of the generateName counts too, as a webhook is asked before the name is generated; the
 * caller has to know that each GateToken was sealed as it was created, since such a seal fits all that have the same
 * generateName. `final`: only a seal of the name counts
 */
export function isSealed(
  keys: readonly SecretKey[],
  { metadata, spec }: Sealable,
  names: 'any' | 'final' = 'any',
): boolean {
  const [seal, at] = FORM.exec(spec.issuer?.seal ?? '') ?? [];
  if (seal === undefined) return false;
  const { namespace, name, generateName, creationTimestamp = '' } = metadata;
  // NaN, where there is no time, is not within it.
  if (!(Math.abs(Date.parse(creationTimestamp) / 1000 - Number(at)) <= TOLERANCE_S)) return false;
  const sealable = [name, ...(names === 'any' ? [generateName] : [])].filter((one) => one !== undefined && one !== '');
  return keys.some((key) => sealable.some((one) => isSame(sealed(key, namespace, one, spec, Number(at)), seal)));
}

function sealed(
  key: SecretKey,
  namespace: string | undefined,
  name: string | undefined,
  spec: GateTokenSpec,
  at: number,
): string {
  const content = canonical({ namespace, name, at, spec: essential(spec) });
  return `v1.${at}.${createHmac('sha256', key.hmacKey('issuer-seal')).update(content).digest('base64url')}`;
}

/**
 * `status.approval`: the operator's proof to its gateways that it approved this grant as it is, so that whoever may
 * write the status of GateTokens cannot make one valid.
 * @param token with the status that is to be written
 * @returns HMAC-SHA256 in base64url
 */
export function approvalOf(key: SecretKey, { metadata, spec, status = {} }: GateToken): string {
  const { data, issuer, 'gate-server': server, 'vm-uid': vmUid } = status;
  const content = canonical({ uid: metadata.uid, spec: essential(spec), data, issuer, server, vmUid });
  return createHmac('sha256', key.hmacKey('approval')).update(content).digest('base64url');
}

/** @param token as it is stored */
export function isApproved(key: SecretKey, token: GateToken): boolean {
  const { approval } = token.status ?? {};
  return approval !== undefined && isSame(approvalOf(key, token), approval);
}

const DEFAULTS: Readonly<Record<string, unknown>> = { ...gateTokenDefaults({}) };

/** What cannot change, without what is so by default: an older or newer schema reads the same. */
function essential({ issuer, ...spec }: GateTokenSpec): object {
  const kept = Object.entries(spec).filter(
    ([field, value]) => !OUTSIDE.has(field) && !isDeepStrictEqual(value, DEFAULTS[field]),
  );
  return { ...Object.fromEntries(kept), ...(issuer && { issuer: { ...issuer, seal: undefined } }) };
}

/** JSON in which the order of fields says nothing. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) =>
    typeof one === 'object' && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  );
}

function isSame(expected: string, given: string): boolean {
  const [a, b] = [Buffer.from(expected), Buffer.from(given)];
  return a.length === b.length && timingSafeEqual(a, b);
}
