import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isReady } from '../../apps/devcluster/process/answers.js';
import { builtProgram, nodeProgram } from '../../apps/devcluster/process/child.js';
import { freePort } from '../../apps/devcluster/process/free-port.js';
import { Supervised } from '../../apps/devcluster/process/supervised.js';
import { type ClusterKind } from './cluster.js';

/** The programs that serve the Kubernetes API; both take the same arguments and leave the same files. */
const PROGRAMS: Record<ClusterKind, string> = {
  embedded: 'apps/devcluster/apiserver/main.js',
  real: 'apps/devcluster/controlplane/main.js',
};
/** What it takes to find or to build a control plane. */
const INHERITED = ['PATH', 'HOME', 'KUBEBUILDER_ASSETS', 'XDG_CACHE_HOME'];
/** Read by both: token, user, uid, groups. */
const TOKENS = ['admin,admin,1,"system:masters"', 'dev,dev,2,"devs,testers"', 'viewer,viewer,3,'].join('\n');
const READY_WITHIN_MS = 120_000;
const STOP_MS = 5000;

/** An API server with nothing around it: no node, no ingress, no samples. */
export interface ApiServer {
  url: string;
  /** PEM of its authority. */
  ca: string;
  /** PEM of the authority behind what it shows to aggregated servers. */
  frontProxyCa: string;
  /** Path of a kubeconfig; its context `admin` may do everything, in the namespace `team`. */
  kubeconfig: string;
  stop(): Promise<void>;
}

/**
 * Starts it in the folder `data` and waits until it is ready. The tokens `admin`, `dev` and `viewer` sign in as users of
 * these names.
 * @throws ProgramError with its last words
 */
export async function startApiServer(kind: ClusterKind, data: string): Promise<ApiServer> {
  mkdirSync(data, { recursive: true, mode: 0o700 });
  writeFileSync(join(data, 'tokens.csv'), `${TOKENS}\n`, { mode: 0o600 });
  const port = await freePort();
  const url = `https://127.0.0.1:${port}`;
  const caFile = join(data, 'pki/ca.crt');
  const running = await Supervised.start({
    name: `the API server (${kind})`,
    command: nodeProgram(builtProgram(PROGRAMS[kind]), '--data', data, '--port', `${port}`),
    env: Object.fromEntries(INHERITED.flatMap(inherited)),
    log: join(data, 'log'),
    isReady: () => isReady(url, caFile),
    readyWithinMs: READY_WITHIN_MS,
  });
  const ca = readFileSync(caFile, 'utf8');
  const kubeconfig = join(data, 'kubeconfig');
  writeFileSync(kubeconfig, kubeconfigOf(url, ca), { mode: 0o600 });
  const frontProxyCa = readFileSync(join(data, 'pki/front-proxy-ca.crt'), 'utf8');
  return { url, ca, frontProxyCa, kubeconfig, stop: () => running.stop(STOP_MS) };
}

const inherited = (name: string): [string, string][] => {
  const value = process.env[name];
  return value === undefined ? [] : [[name, value]];
};

const kubeconfigOf = (server: string, ca: string): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'admin',
    clusters: [{ name: 'c', cluster: { server, 'certificate-authority-data': Buffer.from(ca).toString('base64') } }],
    users: [{ name: 'admin', user: { token: 'admin' } }],
    contexts: [{ name: 'admin', context: { cluster: 'c', user: 'admin', namespace: 'team' } }],
  });
