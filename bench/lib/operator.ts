import { existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import { type Cluster } from './cluster.ts';
import { freePort } from './free-port.ts';
import { kubeconfigOf } from './gateway.ts';
import { Program } from './measured.ts';

const MAIN = new URL('../../dist/programs/operator.js', import.meta.url).pathname;
const PATIENCE_MS = 120_000;
const LOOK_MS = 10;

/** The built operator against the upstream stub, as a process of its own that logs to a file, as in a container. */
export class Operator {
  readonly program: Program;
  readonly #metrics: string;

  private constructor(program: Program, metrics: string) {
    this.program = program;
    this.#metrics = metrics;
  }

  /**
   * @returns once it leads
   * @throws Error with its log if it ends before it leads; Error after two minutes
   */
  static async start(cluster: Cluster): Promise<Operator> {
    if (!existsSync(MAIN)) throw new Error('The operator is not built: npm run build');
    const dir = mkdtempSync(join(tmpdir(), 'kube-gateway-bench-'));
    process.once('exit', () => rmSync(dir, { recursive: true }));
    const [log, kubeconfig, port] = [join(dir, 'log'), join(dir, 'kubeconfig'), await freePort()];
    writeFileSync(kubeconfig, kubeconfigOf(cluster));
    const env = {
      LISTEN: '127.0.0.1:0',
      METRICS_LISTEN: `127.0.0.1:${port}`,
      GATEWAY_IMAGE: 'none',
      KUBECONFIG: kubeconfig,
    };
    const program = Program.start([MAIN], env, openSync(log, 'a'));
    const operator = new Operator(program, `http://127.0.0.1:${port}/metrics`);
    const leads = (): boolean => readFileSync(log, 'utf8').includes('"msg":"leading"');
    if (await until(() => !program.running || leads()).then(() => program.running)) return operator;
    throw new Error(`The operator does not lead: ${readFileSync(log, 'utf8')}`);
  }

  /** How many GateTokens it has looked at since its start; 0 while it does not answer. */
  async looks(): Promise<number> {
    const text = await request(this.#metrics).then(
      ({ body }) => body.text(),
      () => '',
    );
    return Number(/reconciles_total\{kind="GateToken",result="done"\} (\d+)/.exec(text)?.[1] ?? 0);
  }

  stop(): Promise<void> {
    return this.program.stop();
  }
}

/** @throws Error where it does not become true within two minutes */
export async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  for (const deadline = performance.now() + PATIENCE_MS; performance.now() < deadline; await sleep(LOOK_MS)) {
    if (await isTrue()) return;
  }
  throw new Error('It took longer than two minutes');
}
