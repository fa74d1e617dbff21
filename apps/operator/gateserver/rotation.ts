import { createHash } from 'node:crypto';
import { type GateServer, gateServerDefaults, KEY_CREATED, ROTATE, ROTATED } from '#libs/api';
import { rfc3339 } from '#libs/kube';
import { parseDuration, secretKeys, SecretKeyError, type SigningKey } from '#libs/token';
import { type SecretObject } from '../cluster/manifest.js';
import { type RetiredKey, retiredKeys } from '../keys/retired.js';

const SECOND = 1000;
/** A token may be on its way to be signed with a key that was retired just now. */
const RETIREMENT_MIN_MS = 600 * SECOND;
/**
 * A key is not replaced on request while it is younger. Requests alone then keep at most 60 retired keys in force,
 * however fast they come: fewer than MOST_RETIRED, which would put off the next rotation.
 */
const YOUNG_MS = 10 * SECOND;
/** Retired keys in force, the newest: all of them are in the Secret, the ConfigMap and the status, and gateways hold them in memory. */
export const MOST_RETIRED = 100;

/** What decides about the keys of a GateServer, apart from its Secret. */
export interface SigningNeeds {
  rotationMs: number;
  /** How long a key stays in force, at least, after it was retired. */
  keptMs: number;
  /** By `kid`: the last second at which a token that the key signed ends. */
  lastUse: ReadonlyMap<string, number>;
  /** Digest of the annotation that asks for another key; undefined where there is none. */
  request: string | undefined;
}

export function signingNeeds(server: GateServer, lastUse: SigningNeeds['lastUse']): SigningNeeds {
  const settings = gateServerDefaults(server.spec);
  // Tokens without a GateToken are seen by nobody.
  const unseenMs = settings['accept-unregistered'] ? parseDuration(settings['max-duration']) : 0;
  return {
    rotationMs: parseDuration(settings['key-rotation']),
    keptMs: Math.max(unseenMs, RETIREMENT_MIN_MS),
    lastUse,
    request: digestOf(server.metadata.annotations?.[ROTATE]),
  };
}

/** The value itself can be as large as all annotations of an object may be together. */
function digestOf(value: string | undefined): string | undefined {
  return value === undefined ? undefined : createHash('sha256').update(value).digest('base64url');
}

/** The key of a signing secret that still fits, and when it was made (RFC 3339). */
export function presentKey(secret: SecretObject | undefined): { key: SigningKey; created: string } | undefined {
  if (!secret) return undefined;
  try {
    const key = secretKeys(secret.data);
    const { annotations, creationTimestamp } = secret.metadata;
    const created = annotations?.[KEY_CREATED] ?? creationTimestamp ?? '';
    return { key, created: Number.isNaN(Date.parse(created)) ? rfc3339(new Date(0)) : created };
  } catch (error) {
    if (error instanceof SecretKeyError) return undefined;
    throw error;
  }
}

/** When a retired key is no longer needed, in milliseconds. */
export function retiresAt({ kid, retired }: RetiredKey, { lastUse, keptMs }: SigningNeeds): number {
  const known = (lastUse.get(kid) ?? 0) * SECOND;
  return Math.max(known, Date.parse(retired) + keptMs);
}

/** Retired keys that are still needed. */
export function keptKeys(secret: SecretObject | undefined, needs: SigningNeeds, now: number) {
  return retiredKeys(secret).filter((key) => retiresAt(key, needs) > now);
}

/**
 * When the next key is due, in milliseconds. `waits`: there are too many in force, it was due before. What is asked for
 * does not wait: whoever may issue grants could keep every key in force with grants that last, and so a key that leaked.
 */
export interface Rotation {
  at: number;
  waits: boolean;
}

/** @returns undefined where there is no key that fits: one is due immediately */
export function nextRotation(secret: SecretObject | undefined, needs: SigningNeeds, now: number): Rotation | undefined {
  const present = presentKey(secret);
  if (!present) return undefined;
  const created = Date.parse(present.created);
  const isAsked = needs.request !== undefined && needs.request !== secret?.metadata.annotations?.[ROTATED];
  const due = Math.min(created + needs.rotationMs, isAsked ? created + YOUNG_MS : Infinity);
  if (isAsked) return { at: due, waits: false };
  const kept = keptKeys(secret, needs, now).map((key) => retiresAt(key, needs));
  if (kept.length < MOST_RETIRED) return { at: due, waits: false };
  const room = Math.min(...kept);
  return { at: Math.max(due, room), waits: due < room && due <= now };
}

/** Does a new key have to be made? */
export function needsKey(secret: SecretObject | undefined, needs: SigningNeeds, now: number): boolean {
  const next = nextRotation(secret, needs, now);
  return next === undefined || next.at <= now;
}
