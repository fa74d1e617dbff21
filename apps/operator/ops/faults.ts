import { Inject, Injectable } from '@nestjs/common';
import { type Logger, LOGGER } from '#libs/ops';

/** How many faults are remembered, so that none is reported twice. */
const MOST_FAULTS = 1000;
const MINUTE_MS = 60_000;

/** Logs what went wrong and is tried again. */
@Injectable()
export class Faults {
  readonly #last = new Map<string, string>();
  readonly #counts = new Map<string, Record<number, number>>();

  constructor(@Inject(LOGGER) private readonly log: Pick<Logger, 'warn' | 'debug'>) {}

  /**
   * The same fault over and over (a kind that the cluster does not have) is a warning once.
   * @param what was tried, such as `watch of secrets`
   */
  warn(error: unknown, what: string): void {
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    const repeated = this.#last.get(what) === reason;
    this.#last.set(what, reason);
    if (this.#last.size > MOST_FAULTS) this.#last.clear();
    this.log[repeated ? 'debug' : 'warn']({ err: error }, `${what} failed`);
  }

  /**
   * What anyone can cause as often as they like: one warning a minute tells how often.
   * @param what happened, such as `requests were refused`
   * @param code HTTP status
   */
  count(what: string, code: number): void {
    const counts = this.#counts.get(what) ?? {};
    if (!this.#counts.has(what)) {
      this.#counts.set(what, counts);
      setTimeout(() => {
        this.#counts.delete(what);
        this.log.warn({ counts }, `${what} in the last minute`);
      }, MINUTE_MS).unref();
    }
    counts[code] = (counts[code] ?? 0) + 1;
  }
}
