import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

const VIEWERS = new URL('../load/viewers.ts', import.meta.url).pathname;

/** A console to open. */
export interface Console {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly isScreen: boolean;
}

/** What the process of the viewers is asked. */
export type Ask =
  | { readonly what: 'open'; readonly consoles: readonly Console[]; readonly atOnce: number }
  | { readonly what: 'echo'; readonly seconds: number }
  | { readonly what: 'read'; readonly seconds: number }
  | { readonly what: 'ends'; readonly count: number }
  | { readonly what: 'flow' | 'close' | 'leave' };

/** Milliseconds since the epoch, with fractions: the same clock in every process of a machine. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}

/** People on consoles, in a process of their own: `ws` is their client. */
export class Viewers {
  readonly #child: ChildProcess;
  readonly #ended = new AbortController();

  private constructor(child: ChildProcess) {
    this.#child = child.once('exit', () => this.#ended.abort());
  }

  static async start(): Promise<Viewers> {
    return new Viewers(fork(VIEWERS, { serialization: 'advanced' }));
  }

  /** Resolves when each could show its screen. @returns how long that took */
  open(consoles: readonly Console[], atOnce: number): Promise<{ seconds: number }> {
    return this.#ask({ what: 'open', consoles, atOnce });
  }

  /** 64 bytes there and back on each open console, one after the other. Times in milliseconds. */
  echo(seconds: number): Promise<{ echoes: number; p50: number; p99: number }> {
    return this.#ask({ what: 'echo', seconds });
  }

  /** From here on they read what comes; before, they only did until their screens were there. */
  async flow(): Promise<void> {
    await this.#ask({ what: 'flow' });
  }

  /** What comes over all open consoles in that time. */
  read(seconds: number): Promise<{ bytes: number; seconds: number }> {
    return this.#ask({ what: 'read', seconds });
  }

  async close(): Promise<void> {
    await this.#ask({ what: 'close' });
  }

  /**
   * Waits until so many of the consoles that were opened last have ended.
   * @returns when each was, in milliseconds since the epoch, as `now` tells them
   */
  async ends(count: number): Promise<readonly number[]> {
    const { times } = await this.#ask<{ times: number[] }>({ what: 'ends', count });
    return times;
  }

  /** Without a word, as from a network that is gone. */
  async leave(): Promise<void> {
    await this.#ask({ what: 'leave' });
  }

  async stop(): Promise<void> {
    const exit = once(this.#child, 'exit');
    this.#child.disconnect();
    await exit;
  }

  /** @throws Error with what went wrong there */
  async #ask<T extends object>(ask: Ask): Promise<T> {
    const said = once(this.#child, 'message', this.#ended) as Promise<[T | { fault: string }]>;
    this.#child.send(ask);
    const [answer] = await said;
    if ('fault' in answer) throw new Error(`The viewers: ${answer.fault}`);
    return answer;
  }
}
