/** Time of a guest: the one place where it waits. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls back once; the answer cancels. */
  after(ms: number, callback: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};

/** A clock that stands still while its machine is paused: what falls due then happens at once afterwards. */
export class MachineClock {
  readonly #pending = new Set<() => void>();
  readonly #missed: (() => void)[] = [];
  #paused = false;

  constructor(private readonly clock: Clock) {}

  now(): number {
    return this.clock.now();
  }

  after(ms: number, callback: () => void): void {
    const cancel = this.clock.after(ms, () => {
      this.#pending.delete(cancel);
      if (this.#paused) this.#missed.push(callback);
      else callback();
    });
    this.#pending.add(cancel);
  }

  get paused(): boolean {
    return this.#paused;
  }

  pause(): void {
    this.#paused = true;
  }

  unpause(): void {
    this.#paused = false;
    for (const callback of this.#missed.splice(0)) callback();
  }

  /** Forgets everything that was to come. */
  clear(): void {
    for (const cancel of this.#pending) cancel();
    this.#pending.clear();
    this.#missed.length = 0;
  }
}
