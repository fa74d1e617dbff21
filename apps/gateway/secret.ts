import { hkdfSync } from 'node:crypto';
import { inspect } from 'node:util';

/** A key that shows itself nowhere: printing, JSON and the logger give `[secret]`. */
export class SecretKey {
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /**
   * A 32 byte key for one purpose (HKDF-SHA256), so that what is sealed for one purpose opens nothing of another.
   * @param purpose a constant: `grant-cookie`, `sign-in`, ...
   */
  derive(purpose: string): Buffer {
    return Buffer.from(hkdfSync('sha256', this.#bytes, Buffer.alloc(0), `kube-gateway/${purpose}`, 32));
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  [inspect.custom](): string {
    return '[secret]';
  }
}
