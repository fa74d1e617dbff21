import { Inject, Injectable } from '@nestjs/common';
import { CompactEncrypt, compactDecrypt } from 'jose';
import { GATEWAY_CONFIG, type GatewayConfig } from '../config/config.js';

/** Name of the cookie of a signed-in user. */
export const SIGN_IN_COOKIE = 'kg-sign-in';

/** A browser keeps about 4096 bytes a cookie, name and attributes included (RFC 6265, section 6.1). */
const MAX_SEALED = 3800;

/** What the cookie carries. `until` is milliseconds since the epoch. */
export interface Sealed {
  token: string;
  username: string;
  groups: string[];
  method: 'token' | 'oidc' | 'openshift';
  until: number;
  /** Random; tells one browser's sign-in from another. */
  session: string;
}

/** The credential is too large for a cookie. */
export class TooLargeForCookie extends Error {}

/** Seals a sign-in into a cookie's value and opens it again: JWE, dir, A256GCM (RFC 7516), so no state is kept here. */
@Injectable()
export class SealedCookie {
  private readonly key: Buffer;

  constructor(@Inject(GATEWAY_CONFIG) { sessionKey }: Pick<GatewayConfig, 'sessionKey'>) {
    this.key = sessionKey.derive('sign-in');
  }

  /** @throws TooLargeForCookie */
  async seal(content: Sealed): Promise<string> {
    const value = await new CompactEncrypt(new TextEncoder().encode(JSON.stringify(content)))
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
      .encrypt(this.key);
    if (value.length > MAX_SEALED) throw new TooLargeForCookie();
    return value;
  }

  /** @returns undefined for what this key did not seal, and for a sign-in that has ended */
  async open(value: string, now: number): Promise<Sealed | undefined> {
    try {
      const { plaintext } = await compactDecrypt(value, this.key, {
        keyManagementAlgorithms: ['dir'],
        contentEncryptionAlgorithms: ['A256GCM'],
      });
      const content = JSON.parse(new TextDecoder().decode(plaintext)) as Sealed;
      return content.until > now ? content : undefined;
    } catch {
      return undefined; // Forged, broken, or sealed with an old key: the same as not signed in.
    }
  }
}
