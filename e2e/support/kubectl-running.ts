import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { commandOf, type KubectlOptions } from './kubectl.js';
import { until } from './until.js';

/** A kubectl that goes on until it is ended: `get -w`, `logs -f`, `wait`. Its lines are seen as they come. */
export class RunningKubectl {
  readonly lines: string[] = [];
  /** Resolves with the exit code; -1 where a signal ended it. */
  readonly ended: Promise<number>;
  private readonly child: ChildProcess;

  /** @param command as typed: `get gatetokens -w` */
  constructor(command: string, options: KubectlOptions = {}) {
    const { args, env } = commandOf(command, options);
    const timeout = options.timeoutMs ?? 60_000;
    this.child = spawn('kubectl', args, { env, timeout, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const input of [this.child.stdout, this.child.stderr]) {
      if (input) createInterface({ input }).on('line', (line) => this.lines.push(line));
    }
    this.ended = new Promise((resolve, reject) => {
      this.child.once('error', reject);
      this.child.once('close', (code) => resolve(code ?? -1));
    });
  }

  /** Waits for a line, printed already or to come. @throws Error with what was printed */
  async sees(pattern: RegExp, withinMs = 20_000): Promise<string> {
    const found = (): string | undefined => this.lines.find((line) => pattern.test(line));
    await until(`a line like ${String(pattern)}`, found, withinMs).catch((error: Error) => {
      throw new Error(`${error.message}; printed was:\n${this.lines.join('\n')}`, { cause: error });
    });
    return found() ?? '';
  }

  /** Ctrl-C; resolves when it has ended, also where it already had. */
  async stop(): Promise<void> {
    this.child.kill('SIGINT');
    await this.ended;
  }
}
