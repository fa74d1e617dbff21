import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/ops';
import { LRUCache } from 'lru-cache';
import { createHash } from 'node:crypto';
import { type Claims, type KeyRing, kidOf, MAX_TOKEN, TokenError, type TokenErrorCode } from '#libs/token';
import { Refusal } from '../http/refusal.js';
import { GrantError, type GrantFault } from './grant-error.js';
import { SigningKeys } from './signing-keys.js';

const MOST_TOKENS = 10_000;
/** Requests that may wait at once for a reading of the keys. */
const MOST_WAITING = 1000;
const ABSENT_MS = 10_000;
/** RFC 7638, SHA-256 in base64url. */
const THUMBPRINT = /^[\w-]{43}$/;

/**
 * Checks a token's signature once, then finds its claims by the hash of the token. Times are the business of
 * `grantFault`: a claim set from here may have ended.
 */
@Injectable()
export class Verifier {
  #ring: KeyRing | undefined;
  /** Ids that a reading did not show: the holder of an old token is refused without another. */
  readonly #absent = new LRUCache<string, true>({ max: MOST_TOKENS, ttl: ABSENT_MS });
  #waiting = 0;
  readonly #known = new LRUCache<string, Claims>({ max: MOST_TOKENS });

  constructor(
    private readonly keys: SigningKeys,
    private readonly clock: Clock,
  ) {}

  /** What was verified with these keys still is. */
  isCurrent(ring: KeyRing): boolean {
    return ring === this.keys.current();
  }

  /**
   * @returns its claims, and the keys with which it was verified
   * @throws GrantError: signature, malformed, unreachable (no keys yet), expired, not-yet; Refusal 503
   */
  async verify(jwt: string): Promise<{ claims: Claims; hash: string; ring: KeyRing }> {
    if (jwt.length > MAX_TOKEN) throw new GrantError('malformed', 'too long');
    const ring = await this.#ringFor(jwt);
    if (ring === undefined) throw new GrantError('unreachable');
    // A new ring may lack an old key: tokens that the key signed are no longer accepted.
    if (ring !== this.#ring) this.#known.clear();
    this.#ring = ring;
    const hash = createHash('sha256').update(jwt).digest('base64url');
    const known = this.#known.get(hash);
    if (known !== undefined) return { claims: known, hash, ring };
    const claims = check(ring, jwt, this.clock.now());
    this.#known.set(hash, claims);
    return { claims, hash, ring };
  }

  /** A token can come sooner than the watch brings the key that signed it. Anyone can make up the id of a key. */
  async #ringFor(jwt: string): Promise<KeyRing | undefined> {
    const ring = this.keys.current();
    const kid = ring && kidOf(jwt);
    if (kid === undefined || ring?.has(kid) === true || this.#absent.has(kid) || !THUMBPRINT.test(kid)) return ring;
    if (this.#waiting >= MOST_WAITING) throw tooMany();
    this.#waiting += 1;
    try {
      const now = await this.keys.reread();
      if (now?.has(kid) !== true) this.#absent.set(kid, true);
      return now;
    } finally {
      this.#waiting -= 1;
    }
  }
}

function tooMany(): Refusal {
  const happened = 'Too many tokens with unknown keys are being checked right now.';
  return new Refusal(503, happened, 'Try again in a moment.', { retryAfter: 2 });
}

function check(ring: KeyRing, jwt: string, now: number): Claims {
  try {
    return ring.verify(jwt, now);
  } catch (error) {
    if (error instanceof TokenError) throw new GrantError(FAULTS[error.code], error.message);
    throw error;
  }
}

const FAULTS: Record<TokenErrorCode, GrantFault> = {
  malformed: 'malformed',
  'too-large': 'malformed',
  claims: 'malformed',
  algorithm: 'signature',
  'unknown-kid': 'signature',
  signature: 'signature',
  expired: 'expired',
  'not-yet-valid': 'not-yet',
};
