import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { issueCertificate, makeCa, type PemPair } from '#libs/pki';
import { type PkiFiles } from '../types.js';

const DAYS = 3650;
const SERVER_NAMES = [
  'localhost',
  'kubernetes',
  'kubernetes.default',
  'kubernetes.default.svc',
  'kubernetes.default.svc.cluster.local',
];
const SERVER_IPS = ['127.0.0.1', '::1', '10.0.0.1'];

/**
 * Makes what the server needs of keys and certificates in `dir`, once; later starts find them there.
 */
export async function ensurePki(dir: string, now: Date): Promise<PkiFiles> {
  const files = filesIn(dir);
  if (Object.values(files).every((file: string) => existsSync(file))) return files;
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const ca = await makeCa({ cn: 'kubernetes', now });
  const front = await makeCa({ cn: 'front-proxy-ca', now });
  const common = { days: DAYS, now };
  const server = { cn: 'kube-apiserver', dns: SERVER_NAMES, ips: SERVER_IPS, ...common };
  const client = { usages: ['client'] as const, ...common };
  write(files.ca, ca.cert);
  write(files.frontProxyCa, front.cert);
  writePair(files.serverCert, files.serverKey, await issueCertificate(ca, server));
  writePair(
    files.adminCert,
    files.adminKey,
    await issueCertificate(ca, { cn: 'admin', org: 'system:masters', ...client }),
  );
  writePair(
    files.kubeletClientCert,
    files.kubeletClientKey,
    await issueCertificate(ca, { cn: 'kube-apiserver-kubelet-client', org: 'system:masters', ...client }),
  );
  writePair(
    files.frontProxyCert,
    files.frontProxyKey,
    await issueCertificate(front, { cn: 'front-proxy-client', ...client }),
  );
  writeAccountKeys(files);
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
    kubeletClientCert: at('apiserver-kubelet-client.crt'),
    kubeletClientKey: at('apiserver-kubelet-client.key'),
    adminCert: at('admin.crt'),
    adminKey: at('admin.key'),
    serviceAccountKey: at('sa.key'),
    serviceAccountPub: at('sa.pub'),
  };
}

function writePair(certFile: string, keyFile: string, { cert, key }: PemPair): void {
  write(certFile, cert);
  write(keyFile, key);
}

function writeAccountKeys(files: PkiFiles): void {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  write(files.serviceAccountKey, privateKey);
  write(files.serviceAccountPub, publicKey);
}

/** Whole or not at all: a start that was cut short leaves no half of a file. */
function write(file: string, text: string): void {
  writeFileSync(`${file}.new`, text, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
