import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readCertificates } from '#libs/kube';
import { type SecretObject } from './manifest.js';

/** What is known of a Secret for TLS (type kubernetes.io/tls). Its key is not kept. */
export interface TlsSecret {
  /** Names of its data that are missing or empty. */
  lacks: readonly string[];
  /** Why no server can use its data, to follow "the Secret": `holds a tls.crt that …`. */
  fault?: string;
  /** The server's own; present where the data can be used. */
  certificate?: X509Certificate;
}

export function tlsSecretOf({ data = {} }: SecretObject): TlsSecret {
  const lacks = ['tls.crt', 'tls.key'].filter((name) => !data[name]);
  if (lacks.length > 0) return { lacks };
  const text = (name: string) => Buffer.from(data[name] ?? '', 'base64').toString('utf8');
  try {
    // The server's own comes first (RFC 8446, section 4.4.2), and X509Certificate reads only that.
    const certificate = new X509Certificate(readCertificates(text('tls.crt')));
    const key = privateKeyOf(text('tls.key'));
    if (!key) return { lacks, fault: unusable('tls.key', 'it is not a private key in PEM without a passphrase') };
    if (certificate.checkPrivateKey(key)) return { lacks, certificate };
    return { lacks, fault: 'holds a tls.key that does not belong to the certificate in tls.crt' };
  } catch (error) {
    return { lacks, fault: unusable('tls.crt', error instanceof Error ? error.message : String(error)) };
  }
}

const unusable = (name: string, why: string) => `holds a ${name} that cannot be used: ${why}`;

function privateKeyOf(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}
