import { type KeyObject } from 'node:crypto';
import { JwtService } from '@nestjs/jwt';
import { checkWindow, type Claims, readClaims } from './claims.js';
import { TokenError } from './errors.js';
import { MAX_TOKEN, readHeader } from './header.js';
import { fromJwks, parsePublicKey, thumbprint } from './public-key.js';
import { type SigningKey } from './secret-keys.js';

export interface KeyRingOptions {
  /** Also try tokens without `kid`, with each key: tokens of the original system. Default false. */
  readonly acceptUnregistered?: boolean;
  /** Where given, a token with a `kid` must come from one of these (`iss`). */
  readonly issuers?: readonly string[];
  /** Milliseconds since the epoch. */
  readonly clock?: () => number;
}

/** The public keys that are in force, by key id. Keys are parsed once, when they come in. */
export class KeyRing {
  #services = new Map<string, JwtService>();
  readonly #options: KeyRingOptions;
  readonly #clock: () => number;

  constructor(keys: readonly KeyObject[] = [], options: KeyRingOptions = {}) {
    this.#options = options;
    this.#clock = options.clock ?? Date.now;
    this.replace(keys);
  }

  /** @throws SecretKeyError when a key cannot be read */
  static fromJwks(jwks: { keys: readonly object[] }, options?: KeyRingOptions): KeyRing {
    return new KeyRing(fromJwks(jwks), options);
  }

  /** @throws SecretKeyError when a key cannot be read */
  static fromPem(pem: string | readonly string[], options?: KeyRingOptions): KeyRing {
    const pems = typeof pem === 'string' ? [pem] : pem;
    return new KeyRing(
      pems.map((text) => parsePublicKey(text)),
      options,
    );
  }

  get kids(): string[] {
    return [...this.#services.keys()];
  }

  /** Puts other keys in the place of all: a token of a key that is gone is refused from now on. */
  replace(keys: readonly KeyObject[]): void {
    this.#services = new Map(keys.map((publicKey) => [thumbprint(publicKey), new JwtService({ publicKey })]));
  }

  /**
   * The claims of a token that one of these keys signed, now within its time.
   * @param now milliseconds since the epoch
   * @throws TokenError
   */
  verify(token: string, now: number = this.#clock()): Claims {
    const { kid } = readHeader(token);
    const claims = readClaims(kid === undefined ? this.#verifyWithAny(token) : this.#verifyWith(kid, token));
    if (kid !== undefined) this.#checkRegistered(claims);
    checkWindow(claims, now);
    return claims;
  }

  #verifyWith(kid: string, token: string): unknown {
    const service = this.#services.get(kid);
    if (service === undefined)
      throw new TokenError('unknown-kid', 'The token is signed with a key that is not in force.');
    return check(service, token);
  }

  #verifyWithAny(token: string): unknown {
    if (this.#options.acceptUnregistered !== true) throw new TokenError('unknown-kid', 'The token names no key.');
    for (const service of this.#services.values()) {
      try {
        return check(service, token);
      } catch {
        // Another key may have signed it.
      }
    }
    throw new TokenError('signature', 'The signature of the token does not fit any key in force.');
  }

  /** What the operator writes into every token that has a `kid`. */
  #checkRegistered({ jti, iss }: Claims): void {
    if (jti === undefined) throw new TokenError('claims', 'The token names no grant (jti).');
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
    throw new TokenError('signature', 'The signature of the token is wrong.', { cause });
  }
}

const signers = new WeakMap<SigningKey, JwtService>();

/**
 * An RS256 JWT with `kid`.
 * @throws TokenError claims, too-large: a token that no KeyRing would accept is never made
 */
export async function sign(claims: Claims, key: SigningKey): Promise<string> {
  let service = signers.get(key);
  if (service === undefined) {
    service = new JwtService({ privateKey: key.privateKey });
    signers.set(key, service);
  }
  const payload = readClaims(claims);
  const token = await service.signAsync(payload, { algorithm: 'RS256', keyid: key.kid, noTimestamp: true });
  if (token.length > MAX_TOKEN) {
    throw new TokenError('too-large', 'The token would be too long: give fewer or shorter URLs.');
  }
  return token;
}
