import { Injectable } from '@nestjs/common';

/** Says whether the gateway is ready for requests: each part that requests depend on adds a check. */
@Injectable()
export class Readiness {
  readonly #checks: (() => string[])[] = [];
  #closing = false;

  /** @param check returns one line per problem */
  require(check: () => string[]): void {
    this.#checks.push(check);
  }

  /** The process is shutting down: send no new requests. */
  close(): void {
    this.#closing = true;
  }

  /** @returns one line per problem */
  problems(): string[] {
    return this.#closing ? ['shutting down'] : this.#checks.flatMap((check) => check());
  }
}
