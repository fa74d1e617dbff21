import { hkdfSync } from 'node:crypto';
import { Secret } from './secret.js';

/** A key from which others are derived, one per purpose. Prints as `[secret]`. */
export class SecretKey extends Secret<Buffer> {
  /**
   * A 32 byte key for one purpose (HKDF-SHA256), so that what is sealed for one purpose opens nothing of another.
   * @param purpose a constant: `grant-cookie`, `sign-in`, ...
   */
  derive(purpose: string): Buffer {
    return Buffer.from(hkdfSync('sha256', this.reveal(), Buffer.alloc(0), `kube-gateway/${purpose}`, 32));
  }
}
