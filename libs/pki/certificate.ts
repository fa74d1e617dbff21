import 'reflect-metadata';
import { type webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  type JsonName,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { exportKey, importKey, newKeys, newSerial, SIGNING } from './keys.js';
import { type CertificateRequest, type PemPair, PkiError } from './shapes.js';
import { validity } from './validity.js';

const USAGE = { server: ExtendedKeyUsage.serverAuth, client: ExtendedKeyUsage.clientAuth };
const DNS = /^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/i;

/**
 * A new key pair (EC P-256) and its certificate, signed by `ca` (PEM, as makeCa returns it).
 * @throws PkiError when the authority cannot be read, a name is not a DNS name, or an address not an IP address
 */
export async function makeCertificate(ca: PemPair, request: CertificateRequest): Promise<PemPair> {
  const names = alternativeNames(request);
  const issuer = await readCa(ca);
  const keys = await newKeys();
  const extensions: Extension[] = [
    new BasicConstraintsExtension(false, undefined, true),
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
    new ExtendedKeyUsageExtension((request.usages ?? ['server']).map((usage) => USAGE[usage])),
    await SubjectKeyIdentifierExtension.create(keys.publicKey),
    await AuthorityKeyIdentifierExtension.create(issuer.cert),
    ...(names.length > 0 ? [new SubjectAlternativeNameExtension(names)] : []),
  ];
  const cert = await X509CertificateGenerator.create({
    serialNumber: newSerial(),
    subject: subject(request),
    issuer: issuer.cert.subjectName,
    ...validity(request.days ?? 365, request.now ?? new Date()),
    publicKey: keys.publicKey,
    signingKey: issuer.key,
    signingAlgorithm: SIGNING,
    extensions,
  });
  return { cert: cert.toString('pem') + '\n', key: await exportKey(keys.privateKey) };
}

/** Given as a list, not as text: a comma in a user's name must not begin a new attribute. */
function subject({ cn, org }: CertificateRequest): JsonName {
  if (cn === '') throw new PkiError('bad-name', 'A certificate needs a common name.');
  const groups = org === undefined ? [] : typeof org === 'string' ? [org] : org;
  return [...groups.map((o) => ({ O: [o] })), { CN: [cn] }];
}

function alternativeNames({ dns = [], ips = [] }: CertificateRequest) {
  for (const name of dns) if (!DNS.test(name)) throw new PkiError('bad-name', `"${name}" is not a DNS name.`);
  for (const ip of ips) if (isIP(ip) === 0) throw new PkiError('bad-address', `"${ip}" is not an IP address.`);
  return [
    ...dns.map((value) => ({ type: 'dns' as const, value })),
    ...ips.map((value) => ({ type: 'ip' as const, value })),
  ];
}

async function readCa(ca: PemPair): Promise<{ cert: X509Certificate; key: webcrypto.CryptoKey }> {
  try {
    return { cert: new X509Certificate(ca.cert), key: await importKey(ca.key) };
  } catch (cause) {
    throw new PkiError('bad-ca', 'The certificate authority cannot be read: it needs an EC P-256 key in PKCS#8.', {
      cause,
    });
  }
}
