import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { Secret } from './secret.js';

/** A key from which others are derived, one per purpose. Prints as `[secret]`. */
export class SecretKey extends Secret<Buffer> {
  readonly #hmacKeys = new Map<string, KeyObject>();

  /**
   * A 32 byte key for one purpose (HKDF-SHA256), so that what is sealed for one purpose opens nothing of another.
   * @param purpose a constant: `grant-cookie`, `sign-in`, ...
   */
  derive(purpose: string): Buffer {
    return Buffer.from(hkdfSync('sha256', this.reveal(), Buffer.alloc(0), `kube-gateway/${purpose}`, 32));
  }

  /** The same, derived once, as HMACs take it fastest: they are made for each object at each look. */
  hmacKey(purpose: string): KeyObject {
    const key = this.#hmacKeys.get(purpose) ?? createSecretKey(this.derive(purpose));
    this.#hmacKeys.set(purpose, key);
    return key;
  }
}
