import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { type Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

export interface ChildOptions {
  env: Record<string, string>;
  cwd?: string;
}

/** How a process ended: one of the two is a value. */
export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

// The preload must be JavaScript also when the caller runs from TypeScript sources (tests): Node strips its types.
const LEASH = new URL(import.meta.url.endsWith('.ts') ? './leash.ts' : './leash.js', import.meta.url);

/** A program and its arguments, in the form that makes it end with this process, also after a kill -9 of this one. */
export type Command = readonly [string, ...string[]];

/** A Node script: leash.ts lets it end by SIGTERM when this process is gone. */
export const nodeProgram = (script: string, ...args: string[]): Command => [
  process.execPath,
  '--import',
  LEASH.href,
  script,
  ...args,
];

/**
 * Any other program: the kernel kills it when this process is gone (prctl(2), PR_SET_PDEATHSIG, set by setpriv of
 * util-linux).
 */
export const nativeProgram = (path: string, ...args: string[]): Command => [
  'setpriv',
  '--pdeathsig',
  'KILL',
  '--',
  path,
  ...args,
];

/** What `nativeProgram` lacks on this machine, as the end of a sentence; undefined where it works. The setpriv of BusyBox is not enough. */
export function nativeFault(): string | undefined {
  const [setpriv, ...args] = nativeProgram('setpriv', '--version');
  const { status } = spawnSync(setpriv, args, { stdio: 'ignore' });
  return status === 0 ? undefined : 'needs Linux with setpriv (util-linux) on the PATH';
}

/**
 * A program that runs apart from the terminal's signals and never outlives this process. It is stopped by `stop`, in the
 * order that its owner chooses.
 */
export class Child {
  readonly pid: number | undefined;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Resolves when the process has ended and its output is read; code 127 when it could not be started. */
  readonly exited: Promise<Exit>;
  private readonly process: ChildProcess;
  private ended = false;

  constructor([program, ...args]: Command, options: ChildOptions) {
    this.process = spawn(program, args, {
      detached: true,
      env: options.env,
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    });
    const { stdout, stderr } = this.process;
    if (!stdout || !stderr) throw new Error('the child process has no pipes');
    this.stdout = stdout;
    this.stderr = stderr;
    this.pid = this.process.pid;
    this.exited = this.whenExited();
    living.add(this);
    void this.exited.then(() => living.delete(this));
  }

  /** `signal`, then SIGKILL after `graceMs`. Resolves when it has ended; at once where it already has. */
  async stop(graceMs: number, signal: NodeJS.Signals = 'SIGTERM'): Promise<Exit> {
    if (!this.ended) this.process.kill(signal);
    const timer = setTimeout(() => this.kill(), graceMs);
    try {
      return await this.exited;
    } finally {
      clearTimeout(timer);
    }
  }

  kill(): void {
    if (!this.ended) this.process.kill('SIGKILL');
  }

  private whenExited(): Promise<Exit> {
    return new Promise((resolve) => {
      this.process.once('error', () => {
        this.ended = true;
        resolve({ code: 127, signal: null });
      });
      this.process.once('exit', () => (this.ended = true));
      this.process.once('close', (code, signal) => resolve({ code, signal }));
    });
  }
}

const living = new Set<Child>();

/** The last resort when there is no time left to stop them in order. */
export function killAllChildren(): void {
  for (const child of living) child.kill();
}

const BUILD = new URL(import.meta.url.endsWith('.ts') ? '../../../dist/' : '../../../', import.meta.url);

/** Where the build has put a program, given its path below the root of the output. */
export const builtProgram = (path: string): string => fileURLToPath(new URL(path, BUILD));
