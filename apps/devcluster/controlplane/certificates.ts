import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeCa, makeCertificate } from '#libs/pki';
import { ensurePki, pairIn, pem, type PkiFiles, writePair } from '../pki/index.js';

export interface PlaneFiles extends PkiFiles {
  /** PEM of etcd's own authority: only who has `etcdPair` may read and write the store. */
  etcdCa: string;
  etcdPair: { cert: string; key: string };
  /** Kubeconfig of the controller manager. */
  managerKubeconfig: string;
}

const MANAGER = 'kube-controller-manager';
const DAYS = 3650;

/**
 * What the three programs need of keys and certificates, made in `dir` once.
 * @param server URL of the API server, written into the controller manager's kubeconfig
 */
export async function planeFiles(dir: string, server: string, now: Date): Promise<PlaneFiles> {
  const files = await ensurePki(dir, now, [MANAGER]);
  const etcdCa = join(dir, 'etcd-ca.crt');
  const etcdPair = pairIn(dir, 'etcd');
  // What is written last: a start that was cut short left the rest.
  if (!existsSync(etcdPair.key)) {
    const ca = await makeCa({ cn: 'etcd', now });
    writeFileSync(etcdCa, ca.cert, { mode: 0o600 });
    const request = { cn: 'etcd', dns: ['localhost'], ips: ['127.0.0.1'], usages: ['server', 'client'] as const };
    writePair(etcdPair.cert, etcdPair.key, await makeCertificate(ca, { ...request, days: DAYS, now }));
  }
  const managerKubeconfig = join(dir, `${MANAGER}.kubeconfig`);
  writeFileSync(managerKubeconfig, kubeconfig(server, files.ca, pairIn(dir, MANAGER)), { mode: 0o600 });
  return { ...files, etcdCa, etcdPair, managerKubeconfig };
}

function kubeconfig(server: string, ca: string, { cert, key }: { cert: string; key: string }): string {
  const data = (file: string): string => Buffer.from(pem(file)).toString('base64');
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': MANAGER,
    clusters: [{ name: 'local', cluster: { server, 'certificate-authority-data': data(ca) } }],
    users: [{ name: MANAGER, user: { 'client-certificate-data': data(cert), 'client-key-data': data(key) } }],
    contexts: [{ name: MANAGER, context: { cluster: 'local', user: MANAGER } }],
  });
}
