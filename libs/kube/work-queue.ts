// Ours: @kubernetes/client-node has no work queue. This one follows client-go's (k8s.io/client-go/util/workqueue).
import { retryAfterOf } from './errors.js';

export interface WorkQueueOptions {
  /** Keys that are worked on at a time. A key is never worked on twice at once. */
  concurrency?: number;
  /** Back-off of a key whose handler threw: doubled from base to max, or what the API server asked for if that is longer. */
  baseMs?: number;
  maxMs?: number;
  onError?: (error: unknown, key: string) => void;
}

/** What a handler says when it is done: look at the key again after `again` milliseconds, or nothing. */
export type Again = { again?: number } | void;

/** A queue of names: a key that is added many times is worked on once, and once more if it was added during the work. */
export class WorkQueue {
  readonly #waiting = new Set<string>();
  readonly #running = new Map<string, Promise<void>>();
  readonly #dirty = new Set<string>();
  readonly #failures = new Map<string, number>();
  readonly #timers = new Map<string, { timer: NodeJS.Timeout; at: number }>();
  readonly #options: Required<WorkQueueOptions>;
  #stopped = false;

  constructor(
    private readonly handler: (key: string) => Promise<Again>,
    options: WorkQueueOptions = {},
  ) {
    this.#options = { concurrency: 4, baseMs: 5, maxMs: 1_000_000, onError: () => undefined, ...options };
  }

  /** Keys that wait for their turn or are being worked on. */
  get length(): number {
    return this.#waiting.size + this.#running.size;
  }

  add(key: string): void {
    if (this.#stopped) return;
    if (this.#running.has(key)) this.#dirty.add(key);
    else this.#waiting.add(key);
    this.#pump();
  }

  /** Adds the key after `ms`; an earlier time that is set already stays. */
  addAfter(key: string, ms: number): void {
    if (this.#stopped) return;
    const at = performance.now() + ms;
    const set = this.#timers.get(key);
    if (set && set.at <= at) return;
    clearTimeout(set?.timer);
    // setTimeout turns a delay above 2^31 ms into 1 ms; waking early only means looking again.
    const timer = setTimeout(() => this.#due(key), Math.min(Math.max(0, ms), 2 ** 31 - 1));
    this.#timers.set(key, { timer, at });
  }

  /** Takes no more, waits for what runs. What only waits is dropped: the next start finds it again. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#waiting.clear();
    this.#dirty.clear();
    for (const { timer } of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    await Promise.all(this.#running.values());
  }

  #due(key: string): void {
    this.#timers.delete(key);
    this.add(key);
  }

  #pump(): void {
    for (const key of this.#waiting) {
      if (this.#running.size >= this.#options.concurrency) return;
      this.#waiting.delete(key);
      this.#running.set(key, this.#work(key));
    }
  }

  async #work(key: string): Promise<void> {
    // Not in the caller's turn: adding a key must not wait for the work.
    await Promise.resolve();
    try {
      const result = await this.handler(key);
      this.#failures.delete(key);
      if (result?.again !== undefined) this.addAfter(key, result.again);
    } catch (error) {
      this.#failed(key, error);
    } finally {
      this.#running.delete(key);
      if (this.#dirty.delete(key)) this.#waiting.add(key);
      this.#pump();
    }
  }

  #failed(key: string, error: unknown): void {
    const { baseMs, maxMs, onError } = this.#options;
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    this.addAfter(key, Math.max(retryAfterOf(error), Math.min(maxMs, baseMs * 2 ** failures)));
    try {
      onError(error, key);
    } catch {
      // A listener for faults must not cause one.
    }
  }
}
