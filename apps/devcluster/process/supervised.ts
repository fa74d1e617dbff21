import { createWriteStream, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Child, type Command } from './child.js';

const LAST_LINES = 5;
const POLL_MS = 50;
const RESTART_MS = 200;
/** So many ends in a row, each after less than `STEADY_MS`: it will not stay up. */
const TRIES = 5;
const STEADY_MS = 60_000;

export interface Program {
  /** As it is named in messages: `kube-apiserver`. */
  name: string;
  command: Command;
  env: Record<string, string>;
  /** File of its output since `start`. */
  log: string;
  isReady: () => Promise<boolean>;
  /** How long one start may take. */
  readyWithinMs: number;
  /**
   * Told in one line when it has ended without being asked to and is started again, when that came to nothing, and when its
   * log cannot be written.
   */
  onRestart?: (line: string) => void;
}

/** A start that came to nothing: the program's last words, in one line. */
export class ProgramError extends Error {
  override readonly name = 'ProgramError';
}

/** A program that is kept running: one that ends without being asked to is started again. */
export class Supervised {
  /** Resolves when it runs no more: stopped, or given up; with its last words. */
  readonly ended: Promise<string>;
  private child: Child | undefined;
  private readonly stopping = new AbortController();
  private words: string[] = [];
  private end: (words: string) => void = () => undefined;

  private constructor(private readonly program: Program) {
    this.ended = new Promise((resolve) => (this.end = resolve));
  }

  /**
   * Starts it and waits until it is ready.
   * @throws ProgramError when it ends before that, or is not ready in time
   */
  static async start(program: Program): Promise<Supervised> {
    writeFileSync(program.log, '', { mode: 0o600 });
    const supervised = new Supervised(program);
    await supervised.bringUp();
    void supervised.keep().then(() => supervised.end(supervised.lastWords()));
    return supervised;
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** `signal`, then SIGKILL after `graceMs`. */
  async stop(graceMs: number, signal?: NodeJS.Signals): Promise<void> {
    this.stopping.abort();
    await this.child?.stop(graceMs, signal);
    await this.ended;
  }

  private async bringUp(): Promise<void> {
    const { name, command, env, isReady, readyWithinMs } = this.program;
    const child = new Child(command, { env });
    this.child = child;
    this.record(child);
    let over = false;
    void child.exited.then(() => (over = true));
    const deadline = Date.now() + readyWithinMs;
    while (!over && !(await isReady())) {
      if (Date.now() > deadline) {
        await child.stop(0);
        throw new ProgramError(`${name} was not ready within ${readyWithinMs / 1000} s: ${this.lastWords()}`);
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    if (over) throw new ProgramError(`${name} ended during its start: ${this.lastWords()}`);
  }

  private async keep(): Promise<void> {
    const { name, onRestart } = this.program;
    const { signal } = this.stopping;
    for (let brief = 0, since = Date.now(), isUp = true; ; since = Date.now()) {
      const exit = await this.child?.exited;
      brief = Date.now() - since < STEADY_MS ? brief + 1 : 0;
      if (signal.aborted || brief > TRIES) return;
      const how = exit?.signal ?? `exit code ${exit?.code}`;
      if (isUp) onRestart?.(`${name} ended unexpectedly (${how}) and is being restarted`);
      if (brief > 1) await sleep(RESTART_MS * 2 ** brief, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      isUp = await this.bringUp().then(
        () => true,
        (error: Error) => {
          if (!signal.aborted) onRestart?.(error.message);
          return false;
        },
      );
    }
  }

  private lastWords(): string {
    return this.words.join(' ') || 'no output';
  }

  /** Writes all output to the log and keeps the last lines. It runs on where the log cannot be written. */
  private record(child: Child): void {
    const { log: file, onRestart } = this.program;
    const log = createWriteStream(file, { flags: 'a' });
    log.on('error', (error) => onRestart?.(`Cannot write the log ${file}: ${error.message}`));
    this.words = [];
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        log.write(chunk);
        this.words.push(...chunk.toString('utf8').split('\n').filter(Boolean));
        this.words.splice(0, Math.max(this.words.length - LAST_LINES, 0));
      });
    }
    void child.exited.then(() => log.end());
  }
}
