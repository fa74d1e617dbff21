import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { start as startControllers } from '../../apps/devcluster/controllers/index.js';
import { nodeProgram } from '../../apps/devcluster/process/child.js';
import { freePort } from '../../apps/devcluster/process/free-port.js';
import { Supervised } from '../../apps/devcluster/process/supervised.js';

/** A server under test. */
export interface Server {
  url: string;
  ca: string;
  /** Of what it shows to aggregated servers. */
  frontProxyCa: string;
  stop(): Promise<void>;
}

/** Read by both servers: token, user, uid, groups. */
const TOKENS = ['admin,admin,1,"system:masters"', 'dev,dev,2,"devs,testers"', 'viewer,viewer,3,'].join('\n');
const READY_WITHIN_MS = 120_000;
const STOP_MS = 5000;

/** The API server of the embedded cluster with its controllers, from the build. */
export async function startEmbedded(): Promise<Server> {
  const server = await start('apiserver');
  const kubeconfig = join(server.data, 'kubeconfig');
  writeFileSync(kubeconfig, kubeconfigOf(server), { mode: 0o600 });
  const controllers = await startControllers({ kubeconfig }).catch(async (error: unknown) => {
    await server.stop();
    throw error;
  });
  return {
    ...server,
    async stop() {
      await controllers.stop();
      await server.stop();
    },
  };
}

/** kube-apiserver, kube-controller-manager and etcd. */
export const startReal = (): Promise<Server> => start('controlplane');

async function start(program: 'apiserver' | 'controlplane'): Promise<Server & { data: string }> {
  const data = mkdtempSync(join(tmpdir(), `differential-${program}-`));
  mkdirSync(join(data, 'pki'), { recursive: true, mode: 0o700 });
  writeFileSync(join(data, 'tokens.csv'), `${TOKENS}\n`, { mode: 0o600 });
  const port = await freePort();
  const url = `https://127.0.0.1:${port}`;
  const script = join(import.meta.dirname, '../../dist/apps/devcluster', program, 'main.js');
  const running = await Supervised.start({
    name: program,
    command: nodeProgram(script, '--data', data, '--port', String(port)),
    env: Object.fromEntries(
      ['PATH', 'HOME', 'KUBEBUILDER_ASSETS', 'XDG_CACHE_HOME'].flatMap((name) => {
        const value = process.env[name];
        return value === undefined ? [] : [[name, value]];
      }),
    ),
    log: join(data, 'log'),
    isReady: () => isReady(url, join(data, 'pki', 'ca.crt')),
    readyWithinMs: READY_WITHIN_MS,
  });
  return {
    url,
    data,
    ca: readFileSync(join(data, 'pki', 'ca.crt'), 'utf8'),
    frontProxyCa: readFileSync(join(data, 'pki', 'front-proxy-ca.crt'), 'utf8'),
    async stop() {
      await running.stop(STOP_MS);
      rmSync(data, { recursive: true, force: true });
    },
  };
}

function isReady(url: string, caFile: string): Promise<boolean> {
  return new Promise((resolve) => {
    try {
      const ca = readFileSync(caFile);
      const asked = get(`${url}/readyz`, { ca, agent: false, timeout: 2000 }, (response) => {
        response.resume();
        resolve(response.statusCode === 200);
      });
      asked.once('timeout', () => asked.destroy());
      asked.once('error', () => resolve(false));
    } catch {
      resolve(false); // The certificate is not there yet.
    }
  });
}

const kubeconfigOf = ({ url, ca }: Server): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name: 'c', cluster: { server: url, 'certificate-authority-data': Buffer.from(ca).toString('base64') } },
    ],
    users: [{ name: 'u', user: { token: 'admin' } }],
    contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'c',
  });
