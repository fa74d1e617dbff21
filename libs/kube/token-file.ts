import { readFileSync } from 'node:fs';

const FRESH_MS = 10_000;

/** A bearer token in a file that somebody else renews (kubelet's projected volumes). */
export class TokenFile {
  #token: string | undefined;
  #readAt = -Infinity;

  constructor(
    private readonly file: string,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** The token; the file is read again at most every 10 s. The last good one while the file cannot be read. */
  read(): string | undefined {
    if (this.now() - this.#readAt < FRESH_MS) return this.#token;
    this.#readAt = this.now();
    try {
      this.#token = readFileSync(this.file, 'utf8').trim() || this.#token;
    } catch {
      // Kept: a request with the old token says clearly when that is no longer good.
    }
    return this.#token;
  }
}
