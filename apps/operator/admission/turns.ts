/** Too much waits already. */
export class Busy extends Error {}

interface TurnLimits {
  atWork: number;
  waiting: number;
}

/** Lets a few be at work at a time. The others wait, in the order in which they came. */
export class Turns {
  readonly #waiting = new Set<() => void>();
  #atWork = 0;

  constructor(private readonly limits: TurnLimits) {}

  /**
   * @param signal work that it gives up frees its turn at once: it must stop by itself
   * @throws Busy where too many wait; the reason of the signal; what the work throws
   */
  async take<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    signal.throwIfAborted();
    let fail = (_reason: unknown): void => undefined;
    const given = new Promise<never>((_resolve, reject) => (fail = reject));
    const giveUp = () => fail(signal.reason);
    signal.addEventListener('abort', giveUp, { once: true });
    try {
      await this.#turn(given);
      try {
        return await Promise.race([work(), given]);
      } finally {
        this.#pass();
      }
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
  }

  async #turn(given: Promise<never>): Promise<void> {
    if (this.#atWork < this.limits.atWork) {
      this.#atWork += 1;
      return;
    }
    if (this.#waiting.size >= this.limits.waiting) throw new Busy(`${this.#waiting.size} are waiting already`);
    let begin = (): void => undefined;
    const turn = new Promise<void>((resolve) => (begin = resolve));
    this.#waiting.add(begin);
    try {
      await Promise.race([turn, given]);
    } catch (error) {
      // One whose turn came in the moment in which it was given up passes it on.
      if (!this.#waiting.delete(begin)) this.#pass();
      throw error;
    }
  }

  /** To the one who waits longest. */
  #pass(): void {
    const [next] = this.#waiting;
    if (!next) {
      this.#atWork -= 1;
      return;
    }
    this.#waiting.delete(next);
    next();
  }
}
