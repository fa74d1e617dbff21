import { X509Certificate } from 'node:crypto';
import { KEY_CREATED, RETIRED_KEYS, ROTATED, SIGNING_KEY } from '#libs/api';
import { rfc3339 } from '#libs/kube';
import { SecretKey, type SigningKey } from '#libs/token';
import { type KeyFactory } from '../keys/key-factory.js';
import { retiredFile, type RetiredKey } from '../keys/retired.js';
import { type BasedOn } from '../apply/wanted.js';
import { type SecretObject } from '../cluster/manifest.js';
import { perVersion } from '../cluster/per-version.js';
import { keptKeys, MOST_RETIRED, presentKey, type SigningNeeds } from './rotation.js';

/** Data (base64) and annotations of a Secret that is wanted. */
export interface SecretContent {
  data: Record<string, string>;
  annotations?: Record<string, string>;
  /**
   * The Secret that these were made from, where there was one. What was deleted meanwhile does not come back: whoever
   * deletes a key wants a new one. Of two operators that replace a key at once, one is refused.
   */
  basedOn?: BasedOn;
}

const MINUTE = 60_000;
/** A certificate is renewed when less than this is left of its lifetime. */
const TLS_RENEW_MS = 30 * 24 * 60 * MINUTE;
const SESSION_BYTES = 32;

export const base64 = (text: string) => Buffer.from(text, 'utf8').toString('base64');

/** The desired signing secret. @param made a new key, when one was needed */
export function signingContent(
  secret: SecretObject | undefined,
  needs: SigningNeeds,
  made: { 'tls.key': string; 'tls.crt': string } | undefined,
  now: number,
): SecretContent {
  const present = presentKey(secret);
  const retired = keptKeys(secret, needs, now);
  const leaving =
    made && present ? [{ kid: present.key.kid, created: present.created, retired: rfc3339(new Date(now)) }] : [];
  const list: RetiredKey[] = [
    ...leaving,
    ...retired.map(({ kid, created, retired: at }) => ({ kid, created, retired: at })),
  ].slice(0, MOST_RETIRED);
  const data: Record<string, string> = made
    ? { 'tls.key': base64(made['tls.key']), 'tls.crt': base64(made['tls.crt']) }
    : { 'tls.key': secret?.data?.['tls.key'] ?? '', 'tls.crt': secret?.data?.['tls.crt'] ?? publicPem(present?.key) };
  for (const { kid } of list) {
    data[retiredFile(kid)] = secret?.data?.[retiredFile(kid)] ?? publicPem(present?.key);
  }
  const created = made || !present ? rfc3339(new Date(now)) : present.created;
  const answered = (made ? needs.request : undefined) ?? secret?.metadata.annotations?.[ROTATED];
  const annotations = {
    ...{ [SIGNING_KEY]: 'true', [KEY_CREATED]: created, [RETIRED_KEYS]: JSON.stringify(list) },
    ...(answered === undefined ? {} : { [ROTATED]: answered }),
  };
  return { data, annotations, ...basedOn(secret, made !== undefined) };
}

/** @param isNew what is secret in it was made anew */
export function basedOn(secret: SecretObject | undefined, isNew: boolean): Pick<SecretContent, 'basedOn'> {
  const { uid, resourceVersion } = secret?.metadata ?? {};
  if (uid === undefined) return {};
  return { basedOn: { uid, ...(isNew && resourceVersion !== undefined ? { resourceVersion } : {}) } };
}

function publicPem(key: SigningKey | undefined): string {
  return key ? base64(key.publicKey.export({ type: 'spki', format: 'pem' }).toString()) : '';
}

/** The cookies' key that is there, when it fits: base64 of at least 32 bytes, as the gateway's SESSION_KEY. */
export function presentSessionKey(secret: SecretObject | undefined): string | undefined {
  const text = Buffer.from(secret?.data?.['key'] ?? '', 'base64').toString('utf8');
  const bytes = Buffer.from(text, 'base64');
  return bytes.length >= SESSION_BYTES && bytes.toString('base64') === text ? text : undefined;
}

/** The same, as the gateway reads it: from it the keys of cookies, seals and approvals are derived. */
export const sessionKeyOf = perVersion((secret: SecretObject): SecretKey | undefined => {
  const text = presentSessionKey(secret);
  return text === undefined ? undefined : new SecretKey(Buffer.from(text, 'base64'));
});

export function sessionContent(secret: SecretObject | undefined, factory: Pick<KeyFactory, 'random'>): SecretContent {
  const present = presentSessionKey(secret);
  const key = present ?? factory.random(SESSION_BYTES).toString('base64');
  return { data: { key: base64(key) }, ...basedOn(secret, present === undefined) };
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
