/** Delays that double from `baseMs` up to `maxMs`, each with up to a third of jitter taken off, so that replicas spread. */
export class Backoff {
  #failures = 0;

  constructor(
    private readonly baseMs: number,
    private readonly maxMs: number,
    private readonly random: () => number = Math.random,
  ) {}

  get failures(): number {
    return this.#failures;
  }

  next(): number {
    const full = Math.min(this.maxMs, this.baseMs * 2 ** this.#failures);
    this.#failures += 1;
    return full * (1 - this.random() / 3);
  }

  reset(): void {
    this.#failures = 0;
  }
}
