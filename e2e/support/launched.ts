import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import type { ClusterKind } from './cluster.js';

const READY_WITHIN_MS = 120_000;
/** A real control plane is compiled on first use. */
const BUILT_WITHIN_MS = 40 * 60_000;

export interface LaunchOptions {
  data: string;
  port: number;
  /** Only on a cluster that is started here. */
  httpsPort?: number;
  /** Default: the embedded cluster. */
  on?: ClusterKind | { kubeconfig: string; context: string };
  /** What VMs are. Default: the built-in guest, whatever is installed: most tests type commands of it. */
  guests?: 'built-in' | 'qemu';
  /** Default: the launcher itself. By npm, signals reach it through npm. */
  by?: 'npm';
}

/** A running `npm start`. */
export class Launched {
  private readonly ended: Promise<void>;
  private readonly lines: string[] = [];

  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
  ) {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => this.lines.push(chunk.toString()));
    }
    this.ended = new Promise((resolve) => child.once('exit', () => resolve()));
  }

  /** Starts it and waits until it reports that everything is ready. @throws Error with what it printed */
  static async start({
    data,
    port,
    httpsPort,
    on = 'embedded',
    guests = 'built-in',
    by,
  }: LaunchOptions): Promise<Launched> {
    const where = ['--data', data, '--port', `${port}`, ...(httpsPort ? ['--https-port', `${httpsPort}`] : [])];
    const what =
      typeof on === 'string'
        ? ['--cluster', on, '--guests', guests]
        : ['--kubeconfig', on.kubeconfig, '--context', on.context];
    const options = [...what, ...where];
    const [program, ...args] =
      by === 'npm'
        ? ['npm', 'start', '--', ...options]
        : [process.execPath, 'dist/apps/devcluster/main.js', ...options];
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    const launched = new Launched(child, `http://localhost:${port}`);
    try {
      await launched.ready(on === 'real' ? BUILT_WITHIN_MS : READY_WITHIN_MS);
    } catch (error) {
      await launched.stop();
      throw error;
    }
    return launched;
  }

  get output(): string {
    return this.lines.join('');
  }

  /** Ids of it and of every process below it. */
  processes(): number[] {
    const rows = execFileSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n');
    const parents = rows.map((row) => row.trim().split(/\s+/).map(Number));
    const found = [this.child.pid ?? -1];
    for (const pid of found) {
      for (const [child = -1, parent] of parents) if (parent === pid) found.push(child);
    }
    return found;
  }

  /** Ctrl-C. */
  async stop(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill('SIGINT');
    await this.ended;
  }

  /** Sends a signal to the process that was started, and to no other. By SIGKILL, as a crash would, it cannot tidy up. */
  signal(signal: 'SIGINT' | 'SIGKILL'): void {
    this.child.kill(signal);
  }

  private async ready(withinMs: number): Promise<void> {
    const deadline = Date.now() + withinMs;
    while (!/^Ready$/m.test(this.output)) {
      if (this.child.exitCode !== null) throw new Error(`npm start ended with ${this.child.exitCode}:\n${this.output}`);
      if (Date.now() > deadline) throw new Error(`Not ready within ${withinMs / 1000} s:\n${this.output}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const response = await fetch(`${this.url}/readyz`);
    if (response.status !== 200) throw new Error(`Ready is printed, but /readyz says ${response.status}`);
  }
}
