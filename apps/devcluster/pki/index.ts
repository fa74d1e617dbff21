import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeCa, makeCertificate, type PemPair } from '#libs/pki';

/** Key material on disk: paths of PEM files. */
export type PkiFiles = ReturnType<typeof filesIn>;

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
 * Makes what an API server needs of keys and certificates in `dir`, once; later starts find them there. The keys of the
 * authorities are not kept.
 * @param components names (`kube-controller-manager`) that get client certificates as system:NAME: NAME.crt and NAME.key
 */
export async function ensurePki(dir: string, now: Date, components: string[] = []): Promise<PkiFiles> {
  const files = filesIn(dir);
  const own = components.map((name) => ({ cn: `system:${name}`, ...pairIn(dir, name) }));
  const wanted = [...Object.values(files), ...own.flatMap(({ cert, key }) => [cert, key])];
  if (wanted.every((file: string) => existsSync(file))) return files;
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const ca = await makeCa({ cn: 'kubernetes', now });
  const front = await makeCa({ cn: 'front-proxy-ca', now });
  const common = { days: DAYS, now };
  const server = { cn: 'kube-apiserver', dns: SERVER_NAMES, ips: SERVER_IPS, ...common };
  const client = { usages: ['client'] as const, ...common };
  write(files.ca, ca.cert);
  write(files.frontProxyCa, front.cert);
  writePair(files.serverCert, files.serverKey, await makeCertificate(ca, server));
  writePair(
    files.adminCert,
    files.adminKey,
    await makeCertificate(ca, { cn: 'admin', org: 'system:masters', ...client }),
  );
  writePair(
    files.kubeletClientCert,
    files.kubeletClientKey,
    await makeCertificate(ca, { cn: 'kube-apiserver-kubelet-client', org: 'system:masters', ...client }),
  );
  writePair(
    files.frontProxyCert,
    files.frontProxyKey,
    await makeCertificate(front, { cn: 'front-proxy-client', ...client }),
  );
  for (const { cn, cert, key } of own) writePair(cert, key, await makeCertificate(ca, { cn, ...client }));
  writeAccountKeys(files);
  return files;
}

/** Where `ensurePki` puts a component's certificate and key. */
export const pairIn = (dir: string, name: string): { cert: string; key: string } => ({
  cert: join(dir, `${name}.crt`),
  key: join(dir, `${name}.key`),
});

export const pem = (file: string): string => readFileSync(file, 'utf8');

function filesIn(dir: string) {
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

export function writePair(certFile: string, keyFile: string, { cert, key }: PemPair): void {
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
