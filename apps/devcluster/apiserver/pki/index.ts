import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';
import { type PkiFiles } from '../types.js';

const DAY_MS = 24 * 3600 * 1000;
const YEARS = 10;
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

interface Issued {
  certificate: x509.X509Certificate;
  keys: CryptoKeyPair;
}

type CryptoKeyPair = webcrypto.CryptoKeyPair;

const USES = x509.KeyUsageFlags;

/**
 * Makes what the server needs of keys and certificates in `dir`, once; later starts find them there.
 */
export async function ensurePki(dir: string, now: Date): Promise<PkiFiles> {
  const files = filesIn(dir);
  if (Object.values(files).every((file: string) => existsSync(file))) return files;
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const ca = await authority('kubernetes', now);
  const front = await authority('front-proxy-ca', now);
  const server = await issue(ca, { cn: 'kube-apiserver', usage: x509.ExtendedKeyUsage.serverAuth, names: true }, now);
  const admin = await issue(ca, { cn: 'admin', org: 'system:masters', usage: x509.ExtendedKeyUsage.clientAuth }, now);
  const proxy = await issue(front, { cn: 'front-proxy-client', usage: x509.ExtendedKeyUsage.clientAuth }, now);
  write(files.ca, ca.certificate.toString('pem'));
  write(files.frontProxyCa, front.certificate.toString('pem'));
  await writePair(files.serverCert, files.serverKey, server);
  await writePair(files.adminCert, files.adminKey, admin);
  await writePair(files.frontProxyCert, files.frontProxyKey, proxy);
  await writeAccountKeys(files);
  return files;
}

export const pem = (file: string): string => readFileSync(file, 'utf8');

function filesIn(dir: string): PkiFiles {
  const at = (name: string): string => join(dir, name);
  return {
    ca: at('ca.crt'),
    serverCert: at('apiserver.crt'),
    serverKey: at('apiserver.key'),
    frontProxyCa: at('front-proxy-ca.crt'),
    frontProxyCert: at('front-proxy-client.crt'),
    frontProxyKey: at('front-proxy-client.key'),
    adminCert: at('admin.crt'),
    adminKey: at('admin.key'),
    serviceAccountKey: at('sa.key'),
    serviceAccountPub: at('sa.pub'),
  };
}

const makeKeys = async (): Promise<CryptoKeyPair> =>
  (await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])) as CryptoKeyPair;

/** A serial number that is positive and fits everywhere. */
const serial = (): string =>
  Buffer.from(webcrypto.getRandomValues(new Uint8Array(8)))
    .toString('hex')
    .replace(/^./, '1');

const validity = (now: Date): { notBefore: Date; notAfter: Date } => ({
  notBefore: new Date(now.getTime() - DAY_MS),
  notAfter: new Date(now.getTime() + YEARS * 365 * DAY_MS),
});

async function authority(name: string, now: Date): Promise<Issued> {
  const keys = await makeKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(),
    name: `CN=${name}`,
    ...validity(now),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(USES.keyCertSign | USES.cRLSign | USES.digitalSignature, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate, keys };
}

interface Wanted {
  cn: string;
  org?: string;
  usage: x509.ExtendedKeyUsage;
  names?: boolean;
}

const SERVER_NAMES: x509.JsonGeneralNames = [
  ...['localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc'].map((value) => ({
    type: 'dns' as const,
    value,
  })),
  { type: 'dns', value: 'kubernetes.default.svc.cluster.local' },
  { type: 'ip', value: '127.0.0.1' },
  { type: 'ip', value: '10.0.0.1' },
];

async function issue(by: Issued, { cn, org, usage, names }: Wanted, now: Date): Promise<Issued> {
  const keys = await makeKeys();
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serial(),
    subject: [...(org ? [{ O: [org] }] : []), { CN: [cn] }],
    issuer: by.certificate.subject,
    ...validity(now),
    signingAlgorithm: ALGORITHM,
    publicKey: keys.publicKey,
    signingKey: by.keys.privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(USES.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([usage]),
      await x509.AuthorityKeyIdentifierExtension.create(by.keys.publicKey),
      ...(names ? [new x509.SubjectAlternativeNameExtension(SERVER_NAMES)] : []),
    ],
  });
  return { certificate, keys };
}

async function writePair(certFile: string, keyFile: string, { certificate, keys }: Issued): Promise<void> {
  write(certFile, certificate.toString('pem'));
  write(keyFile, await privatePem(keys.privateKey));
}

async function writeAccountKeys(files: PkiFiles): Promise<void> {
  const algorithm = {
    name: 'RSASSA-PKCS1-v1_5',
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
    hash: 'SHA-256',
  };
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as CryptoKeyPair;
  write(files.serviceAccountKey, await privatePem(keys.privateKey));
  const spki = await webcrypto.subtle.exportKey('spki', keys.publicKey);
  write(files.serviceAccountPub, x509.PemConverter.encode(spki, 'PUBLIC KEY'));
}

const privatePem = async (key: webcrypto.CryptoKey): Promise<string> =>
  x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY');

/** Whole or not at all: a start that was cut short leaves no half of a file. */
function write(file: string, text: string): void {
  writeFileSync(`${file}.new`, text.endsWith('\n') ? text : `${text}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
