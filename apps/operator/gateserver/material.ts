import { X509Certificate } from 'node:crypto';
import { KEY_CREATED, RETIRED_KEYS, SIGNING_KEY } from '#libs/api';
import { rfc3339 } from '#libs/kube';
import { secretKeys, SecretKeyError, type SigningKey } from '#libs/token';
import { type KeyFactory } from '../keys/key-factory.js';
import { retiredFile, type RetiredKey, retiredKeys } from '../keys/retired.js';
import { type SecretObject } from '../cluster/manifest.js';

/** Data (base64) and annotations of a Secret that is wanted. */
export interface SecretContent {
  data: Record<string, string>;
  annotations?: Record<string, string>;
}

const MINUTE = 60_000;
/** A token may be on its way to be signed with a key that was retired just now. */
const RETIREMENT_MIN_MS = 10 * MINUTE;
/** A certificate is renewed when less than this is left of its lifetime. */
const TLS_RENEW_MS = 30 * 24 * 60 * MINUTE;
const SESSION_BYTES = 32;

export const base64 = (text: string) => Buffer.from(text, 'utf8').toString('base64');

/** The key of a signing secret that still fits, and when it was made (RFC 3339). */
export function presentKey(secret: SecretObject | undefined): { key: SigningKey; created: string } | undefined {
  if (!secret) return undefined;
  try {
    const key = secretKeys(secret.data);
    const { annotations, creationTimestamp } = secret.metadata;
    return { key, created: annotations?.[KEY_CREATED] ?? creationTimestamp ?? rfc3339(new Date(0)) };
  } catch (error) {
    if (error instanceof SecretKeyError) return undefined;
    throw error;
  }
}

export interface SigningNeeds {
  rotationMs: number;
  maxDurationMs: number;
  /** By `kid`: the last second at which a token that the key signed ends. */
  lastUse: ReadonlyMap<string, number>;
}

/** Does a new key have to be made? */
export function needsKey(secret: SecretObject | undefined, { rotationMs }: SigningNeeds, now: number): boolean {
  const present = presentKey(secret);
  return !present || now - Date.parse(present.created) >= rotationMs;
}

/** The desired signing secret. @param made a new key, when one was needed */
export function signingContent(
  secret: SecretObject | undefined,
  needs: SigningNeeds,
  made: { 'tls.key': string; 'tls.crt': string } | undefined,
  now: number,
): SecretContent {
  const present = presentKey(secret);
  const retired = retiredKeys(secret).filter((key) => retiresAt(key, needs) > now);
  const leaving =
    made && present ? [{ kid: present.key.kid, created: present.created, retired: rfc3339(new Date(now)) }] : [];
  const list: RetiredKey[] = [
    ...leaving,
    ...retired.map(({ kid, created, retired: at }) => ({ kid, created, retired: at })),
  ];
  const data: Record<string, string> = made
    ? { 'tls.key': base64(made['tls.key']), 'tls.crt': base64(made['tls.crt']) }
    : { 'tls.key': secret?.data?.['tls.key'] ?? '', 'tls.crt': secret?.data?.['tls.crt'] ?? publicPem(present?.key) };
  for (const { kid } of list) {
    data[retiredFile(kid)] = secret?.data?.[retiredFile(kid)] ?? publicPem(present?.key);
  }
  const created = made || !present ? rfc3339(new Date(now)) : present.created;
  const annotations = { [SIGNING_KEY]: 'true', [KEY_CREATED]: created, [RETIRED_KEYS]: JSON.stringify(list) };
  return { data, annotations };
}

function publicPem(key: SigningKey | undefined): string {
  return key ? base64(key.publicKey.export({ type: 'spki', format: 'pem' }).toString()) : '';
}

/** When a retired key is no longer needed, in milliseconds. Tokens without a GateToken end by max-duration at the latest. */
export function retiresAt({ kid, retired }: RetiredKey, { lastUse, maxDurationMs }: SigningNeeds): number {
  const known = (lastUse.get(kid) ?? 0) * 1000;
  return Math.max(known, Date.parse(retired) + Math.max(maxDurationMs, RETIREMENT_MIN_MS));
}

/** The cookies' key that is there, when it fits: base64 of at least 32 bytes, as the gateway's SESSION_KEY. */
export function presentSessionKey(secret: SecretObject | undefined): string | undefined {
  const text = Buffer.from(secret?.data?.['key'] ?? '', 'base64').toString('utf8');
  const bytes = Buffer.from(text, 'base64');
  return bytes.length >= SESSION_BYTES && bytes.toString('base64') === text ? text : undefined;
}

export function sessionContent(secret: SecretObject | undefined, factory: Pick<KeyFactory, 'random'>): SecretContent {
  const key = presentSessionKey(secret) ?? factory.random(SESSION_BYTES).toString('base64');
  return { data: { key: base64(key) } };
}

/** Does a certificate have to be made: none there, broken, for other names, or near its end? */
export function needsCertificate(secret: SecretObject | undefined, names: readonly string[], now: number): boolean {
  const pem = Buffer.from(secret?.data?.['tls.crt'] ?? '', 'base64').toString('utf8');
  try {
    const certificate = new X509Certificate(pem);
    const fits = names.every((name) => certificate.checkHost(name) !== undefined);
    return !fits || !secret?.data?.['tls.key'] || Date.parse(certificate.validTo) - now < TLS_RENEW_MS;
  } catch {
    return true;
  }
}
