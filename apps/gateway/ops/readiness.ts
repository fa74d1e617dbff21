import { Injectable } from '@nestjs/common';

/** Tells whether requests may come: each part that must be in order first adds a check of its own. */
@Injectable()
export class Readiness {
  readonly #checks: (() => string[])[] = [];
  #closing = false;

  /** @param check returns a line for each thing that is not in order */
  require(check: () => string[]): void {
    this.#checks.push(check);
  }

  /** The process shuts down: no new requests, please. */
  close(): void {
    this.#closing = true;
  }

  /** @returns a line for each thing that is not in order */
  problems(): string[] {
    return this.#closing ? ['shutting down'] : this.#checks.flatMap((check) => check());
  }
}
