import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type KubeObject, OwnClient, types, type Upstream } from '#libs/kube';
import { type DetachedOptions, runDetached } from '../../apps/devcluster/node/index.js';
import { freePort } from '../../apps/devcluster/process/free-port.js';
import { cluster } from './cluster.js';
import { until } from './until.js';

/** Where such programs log; it stays until the run ends. @param data the launcher's data folder */
export const ownLogs = (data: string): string => join(data, 'logs', 'own');

export interface OwnProgramOptions {
  namespace: string;
  /** Its Deployment: program, account and environment are taken from there. */
  deployment: string;
  podName: string;
  /** Its own addresses beside those of the Deployment's PUBLIC_URLS. */
  publicUrls?: (port: number) => string;
}

type Deployment = KubeObject & { spec: Pick<DetachedOptions, 'template'> };

/** A program of the product as a pod of its Deployment, against an API server of the test's choice; started again when it ends. */
export class OwnProgram {
  restarts = 0;
  readonly url: string;
  /** Of the operator: where its webhook listens. */
  readonly webhookPort: number;
  #stop: () => Promise<void> = () => Promise.resolve();

  private constructor(
    private readonly name: string,
    private readonly dir: string,
    port: number,
    webhookPort: number,
  ) {
    this.url = `http://127.0.0.1:${port}`;
    this.webhookPort = webhookPort;
  }

  /**
   * @param upstream the API server that it is to see, as an administrator
   * @throws ProgramError with its last words when it is not ready within a minute
   */
  static async start(upstream: Upstream, options: OwnProgramOptions): Promise<OwnProgram> {
    const { namespace, deployment, podName, publicUrls } = options;
    const { spec } = await new OwnClient(upstream).get<Deployment>(types.deployments, deployment, namespace);
    const [port, webhookPort] = [await freePort(), await freePort()];
    for (const container of spec.template.spec.containers) {
      const { env = [], ports = [] } = container;
      const urls = env.find(({ name }) => name === 'PUBLIC_URLS');
      if (urls && publicUrls) urls.value = `${urls.value ?? ''},${publicUrls(port)}`;
      // A port that the test knows, and not one that is chosen at the start.
      container.ports = ports.filter(({ name }) => name !== 'webhook');
      container.env = [...env, { name: 'WEBHOOK_LISTEN', value: `127.0.0.1:${webhookPort}` }];
    }
    const program = new OwnProgram(podName, mkdtempSync(join(tmpdir(), 'kube-gateway-own-')), port, webhookPort);
    try {
      await program.#run({ upstream, namespace, template: spec.template, port });
    } catch (error) {
      await program.stop();
      throw error;
    }
    return program;
  }

  /** Whether it says that it may be sent requests. */
  async isReady(): Promise<boolean> {
    return (await fetch(`${this.url}/readyz`).catch(() => undefined))?.status === 200;
  }

  async ready(withinMs = 60_000): Promise<void> {
    await until(`${this.name} is ready`, () => this.isReady(), withinMs).catch((error: unknown) => {
      throw new Error(`${String(error)}\n${readFileSync(this.#log, 'utf8').slice(-4000)}`);
    });
  }

  async stop(): Promise<void> {
    await this.#stop();
    rmSync(this.dir, { recursive: true, force: true });
  }

  get #log(): string {
    return join(ownLogs(cluster().data), `${this.name}.${basename(this.dir)}.log`);
  }

  async #run(what: Pick<DetachedOptions, 'upstream' | 'namespace' | 'template' | 'port'>): Promise<void> {
    const onRestart = (): void => {
      this.restarts += 1;
    };
    mkdirSync(ownLogs(cluster().data), { recursive: true });
    const running = await runDetached({ ...what, name: this.name, dir: this.dir, log: this.#log, onRestart });
    this.#stop = () => running.stop();
  }
}
