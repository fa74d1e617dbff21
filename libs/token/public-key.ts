import { createHash, createPublicKey, type JsonWebKey, type KeyObject, X509Certificate } from 'node:crypto';
import { SecretKeyError } from './errors.js';

// Key ids and JWK sets are made from Node's own JWK export, not by jose: its functions for them are asynchronous, and
// who decides by keys here (the operator's reconcilers) is pure and synchronous. key-ring.spec.ts proves both alike.

/** One public key of /.well-known/jwks.json and of the ConfigMap NAME-jwks. */
export interface RsaJwk {
  kty: 'RSA';
  n: string;
  e: string;
  kid: string;
  alg: 'RS256';
  use: 'sig';
}

export interface Jwks {
  keys: RsaJwk[];
}

const thumbprints = new WeakMap<KeyObject, string>();

/** `kid` of a key: its SHA-256 thumbprint by RFC 7638, base64url. Takes a public or a private RSA key. */
export function thumbprint(key: KeyObject): string {
  const known = thumbprints.get(key);
  if (known !== undefined) return known;
  const { e, kty, n } = rsa(key);
  const made = createHash('sha256').update(JSON.stringify({ e, kty, n })).digest('base64url');
  thumbprints.set(key, made);
  return made;
}

export function toJwks(keys: readonly KeyObject[]): Jwks {
  return {
    keys: keys.map((key) => {
      const { e, n } = rsa(key);
      return { kty: 'RSA', n, e, kid: thumbprint(key), alg: 'RS256', use: 'sig' };
    }),
  };
}

/** The RSA keys of a JWK set; keys of other types are passed over, as RFC 7517 asks. @throws SecretKeyError */
export function fromJwks(jwks: { keys: readonly object[] }): KeyObject[] {
  const keys: unknown = jwks.keys; // a ConfigMap may hold any shape
  if (!Array.isArray(keys))
    throw new SecretKeyError('broken-pem', 'Invalid JWK set: expected an object with a list `keys`.');
  return (keys as unknown[])
    .filter((jwk): jwk is JsonWebKey => typeof jwk === 'object' && jwk !== null && 'kty' in jwk && jwk.kty === 'RSA')
    .map((jwk) => {
      try {
        return checkRsa(createPublicKey({ key: jwk, format: 'jwk' }), 'a key of the JWK set');
      } catch (cause) {
        if (cause instanceof SecretKeyError) throw cause;
        throw new SecretKeyError('broken-pem', 'A key of the JWK set cannot be read.', { cause });
      }
    });
}

/**
 * The public key of a PEM: an X.509 certificate, a `PUBLIC KEY`, or a bare SubjectPublicKeyInfo under a `CERTIFICATE`
 * header, as the original operator wrote it.
 * @throws SecretKeyError
 */
export function parsePublicKey(pem: string, what = 'the public key'): KeyObject {
  return checkRsa(readPublicKey(pem, what), what);
}

function readPublicKey(pem: string, what: string): KeyObject {
  const [, label, body = ''] = /-----BEGIN ([A-Z ]+)-----([^-]*)-----END \1-----/.exec(pem) ?? [];
  try {
    if (label === 'PUBLIC KEY' || label === 'RSA PUBLIC KEY') return createPublicKey(pem);
    if (label === 'CERTIFICATE') return certified(pem) ?? bareKey(body);
  } catch (cause) {
    throw new SecretKeyError('broken-certificate', `${what} cannot be read: the PEM is damaged.`, { cause });
  }
  throw new SecretKeyError('broken-certificate', `${what} is not a PEM certificate or PUBLIC KEY.`);
}

function certified(pem: string): KeyObject | undefined {
  try {
    return new X509Certificate(pem).publicKey;
  } catch {
    return undefined; // Not a certificate: perhaps a bare key.
  }
}

function bareKey(body: string): KeyObject {
  return createPublicKey({ key: Buffer.from(body, 'base64'), format: 'der', type: 'spki' });
}

/** RSA of 2048 to 4096 bits: what RS256 tokens of this system are signed with. @throws SecretKeyError */
export function checkRsa(key: KeyObject, what: string): KeyObject {
  if (key.asymmetricKeyType !== 'rsa') {
    const type = String(key.asymmetricKeyType).toUpperCase();
    throw new SecretKeyError('not-rsa', `${what} is of type ${type}: tokens are signed with RSA keys.`);
  }
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (bits < 2048) throw new SecretKeyError('too-small', `${what} has ${bits} bits: use RSA with 2048 to 4096 bits.`);
  if (bits > 4096) throw new SecretKeyError('too-large', `${what} has ${bits} bits: use RSA with 2048 to 4096 bits.`);
  return key;
}

function rsa(key: KeyObject): { e: string; kty: string; n: string } {
  const { e, kty, n } = (key.type === 'private' ? createPublicKey(key) : key).export({ format: 'jwk' });
  if (kty !== 'RSA' || e === undefined || n === undefined) throw new SecretKeyError('not-rsa', 'Expected an RSA key.');
  return { e, kty, n };
}
