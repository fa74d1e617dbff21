import { createPrivateKey, createPublicKey, generateKeyPair as generate, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { SecretKeyError } from './errors.js';
import { checkRsa, parsePublicKey, thumbprint } from './public-key.js';

/** A key that signs. `kid` is the RFC 7638 thumbprint. */
export interface SigningKey {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly kid: string;
}

/** Data keys of the contract's signing secret, PEM texts. */
export interface KeyPairPem {
  readonly 'tls.key': string;
  readonly 'tls.crt': string;
}

/**
 * The signing key of a Secret.
 * @param data the Secret's `data`: values in base64
 * @param file which key of `data` holds the private key (PKCS#1 or PKCS#8)
 * @throws SecretKeyError, whose message says what to change
 */
export function secretKeys(data: Readonly<Record<string, string>> | undefined, file = 'tls.key'): SigningKey {
  const pem = decode(data, file);
  if (pem === undefined)
    throw new SecretKeyError('no-key', `The Secret has no key "${file}": add it, or set spec.secret-file.`);
  const privateKey = checkRsa(readPrivateKey(pem, file), `The private key "${file}"`);
  const publicKey = createPublicKey(privateKey);
  const kid = thumbprint(publicKey);
  const certificate = file === 'tls.key' ? decode(data, 'tls.crt') : undefined;
  if (certificate !== undefined && thumbprint(parsePublicKey(certificate, 'The public key "tls.crt"')) !== kid) {
    throw new SecretKeyError('mismatch', 'The public key "tls.crt" does not belong to the private key "tls.key".');
  }
  return { privateKey, publicKey, kid };
}

/** A new RSA key pair (2048 bits unless told) as the contract's secret holds it: PKCS#8 and SubjectPublicKeyInfo. */
export async function generateKeyPair(bits = 2048): Promise<KeyPairPem> {
  const { privateKey, publicKey } = await promisify(generate)('rsa', {
    modulusLength: bits,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  return { 'tls.key': privateKey, 'tls.crt': publicKey };
}

function readPrivateKey(pem: string, file: string): KeyObject {
  if (/BEGIN ENCRYPTED PRIVATE KEY|Proc-Type: 4,ENCRYPTED/.test(pem)) {
    throw new SecretKeyError('encrypted', `The private key "${file}" is encrypted: store it without a passphrase.`);
  }
  try {
    return createPrivateKey(pem);
  } catch {
    // Without the library's error as the cause: it may reveal bytes of the key.
    throw new SecretKeyError('broken-pem', `"${file}" is not a PEM private key: store an RSA key as PKCS#1 or PKCS#8.`);
  }
}

function decode(data: Readonly<Record<string, string>> | undefined, file: string): string | undefined {
  const base64 = data !== undefined && Object.hasOwn(data, file) ? data[file] : undefined;
  return base64 === undefined || base64 === '' ? undefined : Buffer.from(base64, 'base64').toString('utf8');
}
