import { existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import { type Cluster, GATESERVER, NAMESPACE } from './cluster.ts';
import { Program } from './measured.ts';

const MAIN = new URL('../../dist/programs/gateway.js', import.meta.url).pathname;
/** What browsers say they are at, whatever port it listens on. */
export const PUBLIC_HOST = 'localhost:8080';

const DOCKERFILE = new URL('../../deploy/Dockerfile', import.meta.url).pathname;
const READY_MS = 20_000;
const LOOK_MS = 5;

/** The built gateway in front of the upstream stub, as a process of its own that logs to a file, as in a container. */
export class Gateway {
  readonly url: string;
  readonly program: Program;

  private constructor(program: Program, url: string) {
    this.program = program;
    this.url = url;
  }

  /**
   * @param env settings beyond those that it needs
   * @param nodeArgs of node itself, such as --cpu-prof
   * @throws Error with its log where it is not ready within 20 s
   */
  static async start(cluster: Cluster, env: Record<string, string> = {}, nodeArgs: string[] = []): Promise<Gateway> {
    if (!existsSync(MAIN)) throw new Error('The gateway is not built: npm run build');
    const dir = mkdtempSync(join(tmpdir(), 'kube-gateway-bench-'));
    process.once('exit', () => rmSync(dir, { recursive: true }));
    const log = join(dir, 'log');
    const kubeconfig = join(dir, 'kubeconfig');
    writeFileSync(kubeconfig, kubeconfigOf(cluster));
    const program = Program.start(
      [...nodeArgs, MAIN],
      { ...imageEnv(), ...envOf(cluster), KUBECONFIG: kubeconfig, ...env },
      openSync(log, 'a'),
    );
    for (const deadline = performance.now() + READY_MS; performance.now() < deadline; await sleep(LOOK_MS)) {
      const url = /"url":"([^"]+)"/.exec(readFileSync(log, 'utf8'))?.[1];
      if (url !== undefined && (await isReady(url))) return new Gateway(program, url);
      if (!program.running) break;
    }
    await program.stop();
    throw new Error(`The gateway is not ready: ${readFileSync(log, 'utf8')}`);
  }

  stop(): Promise<void> {
    return this.program.stop();
  }
}

/** What the image sets: Node's options. */
function imageEnv(): Record<string, string> {
  const [, settings] = /^FROM base AS gateway$[^]*?^ENV (.*)$/m.exec(readFileSync(DOCKERFILE, 'utf8')) ?? [];
  if (settings === undefined) throw new Error(`${DOCKERFILE} sets no environment for the gateway`);
  return Object.fromEntries(settings.split(' ').map((setting) => setting.split(/=(.*)/, 2) as [string, string]));
}

function envOf({ sessionKey }: Cluster): Record<string, string> {
  return {
    LISTEN: '127.0.0.1:0',
    METRICS_LISTEN: '127.0.0.1:0',
    POD_NAMESPACE: NAMESPACE,
    POD_NAME: 'pod-1',
    GATESERVER,
    ISSUER_CHECK: 'webhook',
    PUBLIC_URLS: `http://${PUBLIC_HOST}`,
    SESSION_KEY: sessionKey,
    MAX_CONSOLES: '100000',
    DRAIN_TIME: '1s',
  };
}

/** A kubeconfig: JSON is YAML. */
export function kubeconfigOf({ url, ca }: Cluster): string {
  const cluster = { server: url, 'certificate-authority-data': Buffer.from(ca).toString('base64') };
  return JSON.stringify({
    'current-context': 'bench',
    contexts: [{ name: 'bench', context: { cluster: 'bench', user: 'bench' } }],
    clusters: [{ name: 'bench', cluster }],
    users: [{ name: 'bench', user: { token: 'own-token' } }],
  });
}

async function isReady(url: string): Promise<boolean> {
  const { statusCode, body } = await request(`${url}/readyz`);
  await body.dump();
  return statusCode === 200;
}
