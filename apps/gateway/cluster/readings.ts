/**
 * Readings of something past the watch, shared: everybody who asks gets one that begins after they asked, so what it does
 * not show was not there. They follow each other, at most one in `everyMs`.
 */
export class Readings {
  #next: Promise<void> | undefined;
  /** Resolves when another reading may begin. */
  #free: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly work: () => Promise<void>,
    private readonly everyMs: number,
  ) {}

  /** Whether a reading that has not begun is waited for already. */
  get isDue(): boolean {
    return this.#next !== undefined;
  }

  /** @throws what the reading throws */
  read(): Promise<void> {
    this.#next ??= this.#free.then(() => {
      this.#next = undefined;
      const reading = this.work();
      this.#free = Promise.allSettled([reading, pause(this.everyMs)]);
      return reading;
    });
    return this.#next;
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms).unref());
}
