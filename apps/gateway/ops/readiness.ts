/** Whatever must be in order before requests come: each names what is not. */
export class Readiness {
  #closing = false;

  constructor(private readonly checks: readonly (() => string[])[]) {}

  /** The process shuts down: no new requests, please. */
  close(): void {
    this.#closing = true;
  }

  /** @returns a line for each thing that is not in order */
  problems(): string[] {
    return this.#closing ? ['shutting down'] : this.checks.flatMap((check) => check());
  }
}
