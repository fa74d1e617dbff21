import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Agent, fetch } from 'undici';
import { type ClusterKind } from './cluster.js';
import { freePort } from './launched.js';
import { until } from './until.js';

/** The programs that serve the Kubernetes API; both take the same arguments and leave the same files. */
const PROGRAMS: Record<ClusterKind, string> = {
  embedded: 'dist/apps/devcluster/apiserver/main.js',
  real: 'dist/apps/devcluster/controlplane/main.js',
};
const TOKEN = 'e2e-admin';
const READY_WITHIN_MS = 90_000;

/** An API server with nothing around it: no node, no ingress, no samples. */
export class ApiServer {
  /** Path of a kubeconfig; its context `admin` may do everything. */
  readonly kubeconfig: string;
  readonly url: string;

  private constructor(
    private readonly child: ChildProcess,
    data: string,
    port: number,
  ) {
    this.url = `https://127.0.0.1:${port}`;
    this.kubeconfig = join(data, 'kubeconfig');
  }

  /** Starts it in the folder `data` and waits until it is ready. @throws Error with what it printed */
  static async start(kind: ClusterKind, data: string): Promise<ApiServer> {
    mkdirSync(data, { recursive: true });
    writeFileSync(join(data, 'tokens.csv'), `${TOKEN},admin,admin,"system:masters"\n`);
    const port = await freePort();
    const args = [PROGRAMS[kind], '--data', data, '--port', `${port}`];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const server = new ApiServer(child, data, port);
    try {
      await until(`the API server of ${data}`, () => server.isReady(data), READY_WITHIN_MS);
    } catch (error) {
      await server.stop();
      throw new Error(`${String(error)}\n${said}`, { cause: error });
    }
    writeFileSync(server.kubeconfig, JSON.stringify(server.config(data)));
    return server;
  }

  async stop(): Promise<void> {
    const { child } = this;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await ended;
  }

  private async isReady(data: string): Promise<boolean> {
    const { exitCode } = this.child;
    if (exitCode !== null) throw new Error(`it ended with ${exitCode}`);
    const dispatcher = new Agent({ connect: { ca: readFileSync(join(data, 'pki/ca.crt')) } });
    try {
      return (await fetch(`${this.url}/readyz`, { dispatcher })).status === 200;
    } finally {
      await dispatcher.destroy();
    }
  }

  private config(data: string): object {
    const ca = readFileSync(join(data, 'pki/ca.crt')).toString('base64');
    return {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'admin',
      clusters: [{ name: 'c', cluster: { server: this.url, 'certificate-authority-data': ca } }],
      users: [{ name: 'admin', user: { token: TOKEN } }],
      contexts: [{ name: 'admin', context: { cluster: 'c', user: 'admin', namespace: 'team' } }],
    };
  }
}
