import 'reflect-metadata';
import {
  BasicConstraintsExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { exportKey, newKeys, newSerial, SIGNING } from './keys.js';
import { type PemPair, PkiError } from './shapes.js';
import { validity } from './validity.js';

export interface CaOptions {
  readonly cn: string;
  /** Default 3650. */
  readonly days?: number;
  readonly now?: Date;
}

/** A new self-signed certificate authority (EC P-256) that signs end certificates only: path length 0. */
export async function makeCa({ cn, days = 3650, now = new Date() }: CaOptions): Promise<PemPair> {
  if (cn === '') throw new PkiError('bad-name', 'A certificate authority needs a common name.');
  const keys = await newKeys();
  const cert = await X509CertificateGenerator.createSelfSigned({
    serialNumber: newSerial(),
    name: [{ CN: [cn] }],
    ...validity(days, now),
    keys,
    signingAlgorithm: SIGNING,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { cert: cert.toString('pem') + '\n', key: await exportKey(keys.privateKey) };
}
