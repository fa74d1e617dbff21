import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { makeCa, makeCertificate } from '#libs/pki';
import { generateKeyPair } from '#libs/token';

/** Makes keys, random bytes and certificates; whatever else deals with them is pure. */
@Injectable()
export class KeyFactory {
  /** PEM texts of a new RSA key. */
  keyPair(): Promise<{ 'tls.key': string; 'tls.crt': string }> {
    return generateKeyPair();
  }

  random(size: number): Buffer {
    return randomBytes(size);
  }

  /** A self-made certificate for these names, PEM; the key of its authority is forgotten at once. */
  async certificate(names: readonly string[]): Promise<{ cert: string; key: string; ca: string }> {
    const [cn = 'kube-gateway'] = names;
    const ca = await makeCa({ cn: `kube-gateway ${cn}`.slice(0, 64), days: 366 });
    const leaf = await makeCertificate(ca, { cn: cn.slice(0, 64), dns: names, usages: ['server'], days: 365 });
    return { cert: leaf.cert, key: leaf.key, ca: ca.cert };
  }
}
