import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/ops';
import { LRUCache } from 'lru-cache';
import { createHash } from 'node:crypto';
import { type Claims, type KeyRing, MAX_TOKEN, TokenError, type TokenErrorCode } from '#libs/token';
import { GrantError, type GrantFault } from './grant-error.js';
import { SigningKeys } from './signing-keys.js';

const MOST_TOKENS = 10_000;

/**
 * Checks a token's signature once, then finds its claims by the hash of the token. Times are the business of
 * `grantFault`: a claim set from here may have ended.
 */
@Injectable()
export class Verifier {
  #ring: KeyRing | undefined;
  readonly #known = new LRUCache<string, Claims>({ max: MOST_TOKENS });

  constructor(
    private readonly keys: SigningKeys,
    private readonly clock: Clock,
  ) {}

  /** @throws GrantError: signature, malformed, unreachable (no keys yet), expired, not-yet */
  verify(jwt: string): { claims: Claims; hash: string } {
    if (jwt.length > MAX_TOKEN) throw new GrantError('malformed', 'too long');
    const ring = this.keys.current();
    if (ring === undefined) throw new GrantError('unreachable');
    // A new ring may lack an old key: tokens that the key signed are no longer accepted.
    if (ring !== this.#ring) this.#known.clear();
    this.#ring = ring;
    const hash = createHash('sha256').update(jwt).digest('base64url');
    const known = this.#known.get(hash);
    if (known !== undefined) return { claims: known, hash };
    const claims = check(ring, jwt, this.clock.now());
    this.#known.set(hash, claims);
    return { claims, hash };
  }
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
