import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type KubeObject, type OwnClient, type ResourceType, types } from '#libs/kube';
import { freePort } from './launched.js';
import { until } from './until.js';

const KILL_AFTER_MS = 15_000;

interface EnvVar {
  name: string;
  value?: string;
  valueFrom?: { secretKeyRef?: { name: string; key: string } };
}

interface Deployment extends KubeObject {
  spec: { template: { spec: { serviceAccountName: string; containers: { env?: EnvVar[] }[] } } };
}

export interface OwnProgramOptions {
  /** Built program: `apps/operator/main.js`. */
  script: string;
  namespace: string;
  /** Its Deployment: account and environment are taken from there. */
  deployment: string;
  podName: string;
  /** The API server that it is to see. */
  api: { port: number; ca: string };
  env?: (port: number, env: Record<string, string>) => Record<string, string>;
}

/** A program of the product as a pod of its Deployment, against an API server of the test's choice; started again when it ends. */
export class OwnProgram {
  restarts = 0;
  readonly #output: string[] = [];
  #child: ChildProcess;
  #stopping = false;

  private constructor(
    private readonly script: string,
    private readonly env: Record<string, string>,
    readonly port: number,
    private readonly dir: string,
  ) {
    this.#child = this.#spawn();
  }

  static async start(client: OwnClient, options: OwnProgramOptions): Promise<OwnProgram> {
    const { namespace, api, podName, script } = options;
    const { spec } = (await client.get<Deployment>(types.deployments, options.deployment, namespace)).spec.template;
    const dir = mkdtempSync(join(tmpdir(), 'kg-own-'));
    writeFileSync(join(dir, 'token'), await tokenOf(client, namespace, spec.serviceAccountName), { mode: 0o600 });
    writeFileSync(join(dir, 'ca.crt'), api.ca);
    writeFileSync(join(dir, 'namespace'), namespace);
    const port = await freePort();
    const env = {
      PATH: process.env['PATH'] ?? '',
      ...(await valuesOf(client, namespace, spec.containers[0]?.env ?? [])),
      POD_NAME: podName,
      POD_NAMESPACE: namespace,
      LISTEN: `127.0.0.1:${port}`,
      METRICS_LISTEN: '127.0.0.1:0',
      KUBERNETES_SERVICE_HOST: '127.0.0.1',
      KUBERNETES_SERVICE_PORT: String(api.port),
      SERVICE_ACCOUNT_DIR: dir,
    };
    return new OwnProgram(`dist/${script}`, { ...env, ...options.env?.(port, env) }, port, dir);
  }

  get output(): string {
    return this.#output.join('');
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Whether it says that it may be sent requests. */
  async isReady(): Promise<boolean> {
    return (await fetch(`${this.url}/readyz`).catch(() => undefined))?.status === 200;
  }

  async ready(withinMs = 60_000): Promise<void> {
    await until(`${this.script} is ready`, () => this.isReady(), withinMs).catch((error: unknown) => {
      throw new Error(`${String(error)}\n${this.output.slice(-4000)}`);
    });
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    const child = this.#child;
    if (child.exitCode === null && child.signalCode === null) {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
      await ended;
      clearTimeout(timer);
    }
    rmSync(this.dir, { recursive: true, force: true });
  }

  #spawn(): ChildProcess {
    const child = spawn(process.execPath, [this.script], { env: this.env, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => this.#output.push(chunk.toString()));
    }
    child.once('exit', () => {
      if (this.#stopping) return;
      this.restarts += 1;
      this.#child = this.#spawn();
    });
    return child;
  }
}

async function tokenOf(client: OwnClient, namespace: string, account: string): Promise<string> {
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 3600 } };
  const type: ResourceType = types.serviceAccounts;
  const made = await client.createSubresource<{ status: { token: string } }>(type, account, namespace, 'token', body);
  return made.status.token;
}

async function valuesOf(client: OwnClient, namespace: string, env: EnvVar[]): Promise<Record<string, string>> {
  const values: Record<string, string> = {};
  for (const { name, value, valueFrom } of env) {
    if (value !== undefined) values[name] = value;
    const ref = valueFrom?.secretKeyRef;
    if (ref === undefined) continue;
    const secret = await client.get<KubeObject & { data?: Record<string, string> }>(types.secrets, ref.name, namespace);
    values[name] = Buffer.from(secret.data?.[ref.key] ?? '', 'base64').toString();
  }
  return values;
}
