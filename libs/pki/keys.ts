import 'reflect-metadata'; // what @peculiar/x509 asks of its user
import { webcrypto } from 'node:crypto';
import { PemConverter } from '@peculiar/x509';

const EC = { name: 'ECDSA', namedCurve: 'P-256' } as const;

/** How every certificate here is signed. */
export const SIGNING = { name: 'ECDSA', hash: 'SHA-256' } as const;

export async function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(EC, true, ['sign', 'verify']);
}

/** PKCS#8 PEM. */
export async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  return PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY') + '\n';
}

export async function importKey(pem: string): Promise<webcrypto.CryptoKey> {
  const der = PemConverter.decodeFirst(pem);
  return webcrypto.subtle.importKey('pkcs8', der, EC, false, ['sign']);
}

/** 16 random bytes, the top bit clear: a positive number that fits the 20 bytes of RFC 5280. */
export function newSerial(): string {
  const bytes = webcrypto.getRandomValues(new Uint8Array(16));
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return Buffer.from(bytes).toString('hex');
}
