/**
 * @nestjs/jwt checks the signatures: it verifies synchronously, with Node's KeyObjects. jose verifies only asynchronously:
 * the keys could change meanwhile, and the gateway would then remember the claims of a token whose key was just removed.
 * jose signs (sign.ts), and decodes what is not verified here: headers (header.ts), and tokens of the cluster.
 */
import { type KeyObject } from 'node:crypto';
import { JwtService } from '@nestjs/jwt';
import { checkWindow, type Claims, readClaims } from './claims.js';
import { TokenError } from './errors.js';
import { readHeader } from './header.js';
import { fromJwks, thumbprint } from './public-key.js';

export interface KeyRingOptions {
  /** Also try tokens without `kid`, with each key: tokens of the original system. Default false. */
  readonly acceptUnregistered?: boolean;
  /** Where given, a token with a `kid` must come from one of these (`iss`). */
  readonly issuers?: readonly string[];
}

/** The public keys that are in force, by key id. Keys are parsed once; for other keys another ring is made. */
export class KeyRing {
  readonly #services: ReadonlyMap<string, JwtService>;
  readonly #options: KeyRingOptions;

  constructor(keys: readonly KeyObject[], options: KeyRingOptions = {}) {
    this.#options = options;
    this.#services = new Map(keys.map((publicKey) => [thumbprint(publicKey), new JwtService({ publicKey })]));
  }

  /** @throws SecretKeyError when a key cannot be read */
  static fromJwks(jwks: { keys: readonly object[] }, options?: KeyRingOptions): KeyRing {
    return new KeyRing(fromJwks(jwks), options);
  }

  has(kid: string): boolean {
    return this.#services.has(kid);
  }

  /**
   * The claims of a token that one of these keys signed, now within its time.
   * @param now milliseconds since the epoch
   * @throws TokenError
   */
  verify(token: string, now: number): Claims {
    const { kid } = readHeader(token);
    const claims = readClaims(kid === undefined ? this.#verifyWithAny(token) : this.#verifyWith(kid, token));
    if (kid !== undefined) this.#checkRegistered(claims);
    checkWindow(claims, now);
    return claims;
  }

  #verifyWith(kid: string, token: string): unknown {
    const service = this.#services.get(kid);
    if (service === undefined) throw new TokenError('unknown-kid', 'The key that signed the token is not in force.');
    return check(service, token);
  }

  #verifyWithAny(token: string): unknown {
    if (this.#options.acceptUnregistered !== true)
      throw new TokenError('unknown-kid', 'The token does not name its key (kid).');
    for (const service of this.#services.values()) {
      try {
        return check(service, token);
      } catch {
        // Another key may have signed it.
      }
    }
    throw new TokenError('signature', 'Invalid signature: no key in force made it.');
  }

  /** What the operator writes into every token that has a `kid`. */
  #checkRegistered({ jti, iss }: Claims): void {
    if (jti === undefined) throw new TokenError('claims', 'The token does not name its grant (jti).');
    const { issuers } = this.#options;
    if (issuers !== undefined && (iss === undefined || !issuers.includes(iss))) {
      throw new TokenError('claims', 'The token was issued for another gateway (iss).');
    }
  }
}

/** Signature alone: the time is checked by checkWindow, whose leeway is for `nbf` only. */
function check(service: JwtService, token: string): unknown {
  try {
    return service.verify<object>(token, { algorithms: ['RS256'], ignoreExpiration: true, ignoreNotBefore: true });
  } catch (cause) {
    throw new TokenError('signature', 'Invalid signature.', { cause });
  }
}
