import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const TICKS = Number(execFileSync('getconf', ['CLK_TCK']).toString());
const STOP_MS = 10_000;
const SETTLED_MS = 30_000;
/** Idle is who uses at most this share of a core for this long. */
const IDLE_MS = 200;
const IDLE_SHARE = 0.1;

/** A process seen from outside, through /proc (Linux). Every figure is of that process alone, without its children. */
export class Measured {
  readonly pid: number;

  constructor(pid: number) {
    this.pid = pid;
  }

  /** Seconds of CPU since its start, user and system. In steps of a tick, mostly 10 ms. */
  cpuSeconds(): number {
    const stat = this.#read('stat');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS;
  }

  /** Resident memory in bytes. */
  residentBytes(): number {
    return Number(/VmRSS:\s+(\d+)/.exec(this.#read('status'))?.[1]) * 1024;
  }

  /** The most resident memory that it ever had, in bytes. */
  peakBytes(): number {
    return Number(/VmHWM:\s+(\d+)/.exec(this.#read('status'))?.[1]) * 1024;
  }

  /** Open files and sockets. */
  handles(): number {
    return readdirSync(`/proc/${this.pid}/fd`).length;
  }

  /** Resolves once it is idle: what was closed is put away. @throws Error after 30 s */
  async settled(): Promise<void> {
    let before = this.cpuSeconds();
    for (const deadline = performance.now() + SETTLED_MS; performance.now() < deadline;) {
      await sleep(IDLE_MS);
      const now = this.cpuSeconds();
      if (now - before <= IDLE_SHARE * (IDLE_MS / 1000)) return;
      before = now;
    }
    throw new Error(`Process ${this.pid} does not become idle`);
  }

  #read(file: string): string {
    return readFileSync(`/proc/${this.pid}/${file}`, 'latin1');
  }
}

/** @returns tells the seconds of CPU since this call; NaN where the process cannot be seen */
export function cpuWatch(process: Measured | undefined): () => number {
  const before = process?.cpuSeconds() ?? NaN;
  return () => (process?.cpuSeconds() ?? NaN) - before;
}

/** A Node program of this repository that this process started, and ends. */
export class Program extends Measured {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, pid: number) {
    super(pid);
    this.#child = child;
  }

  /**
   * @param args of node: the file first
   * @param env instead of this process's own
   * @param output where its standard output and errors go: a file descriptor, a pipe, or nowhere
   */
  static start(args: readonly string[], env: Record<string, string>, output: number | 'pipe' | 'ignore'): Program {
    const child = spawn(process.execPath, [...args], {
      stdio: ['ignore', output, output === 'pipe' ? 'inherit' : output],
      env: { PATH: process.env['PATH'], ...env },
    });
    if (child.pid === undefined) throw new Error(`node ${args.join(' ')} does not start`);
    process.once('exit', () => child.kill('SIGKILL'));
    return new Program(child, child.pid);
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** The first line of its standard output. @throws Error if it ends without one */
  async firstLine(): Promise<string> {
    let text = '';
    for await (const chunk of this.#child.stdout ?? []) {
      text += String(chunk);
      const end = text.indexOf('\n');
      if (end >= 0) return text.slice(0, end);
    }
    throw new Error(`${this.#child.spawnargs.join(' ')} ended without a word`);
  }

  /** SIGTERM, and SIGKILL if that does not end it in 10 s. */
  async stop(): Promise<void> {
    if (!this.running) return;
    const exit = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_MS);
    await exit;
    clearTimeout(timer);
  }
}
