import { setTimeout } from 'node:timers/promises';
import { type Clock } from '#libs/ops';
import { unreachable } from '../grants/grant-error.js';

/** After a question that had no answer, where nobody waits for one. */
const RETRY_MS = 5000;
/** The same, while a request waits for the answer. */
const PAUSE_MS = 500;
/** Row 11: without an answer for this long after the last one was due, that no longer counts. */
const PATIENCE_MS = 30_000;

/** What Kubernetes last said about one right of one issuer: it is asked once in an interval, whoever waits for it. */
export class ReviewedRight {
  #allowed: boolean | undefined;
  /** Monotonic time at which the question was sent that `#allowed` answers. */
  #asked = -Infinity;
  #tried = -Infinity;
  /** Since when no question has been answered; undefined where the last one was. */
  #unanswered: number | undefined;
  #cause = new Error('Kubernetes was not asked yet.');
  #asking: Promise<void> | undefined;

  /**
   * @param ask one review
   * @param interval milliseconds for which an answer counts
   */
  constructor(
    private readonly ask: () => Promise<boolean>,
    private readonly interval: number,
    private readonly clock: Pick<Clock, 'monotonic'>,
    private readonly pauseMs = PAUSE_MS,
  ) {}

  /** The last answer was no. */
  get isLost(): boolean {
    return this.#allowed === false;
  }

  /** The answer is yes, and new enough to ask nobody. */
  get isGood(): boolean {
    return this.#allowed === true && this.isFresh(this.clock.monotonic());
  }

  /** Milliseconds since the first of the questions that had no answer; 0 where the last one had one. */
  get silence(): number {
    return this.#unanswered === undefined ? 0 : this.clock.monotonic() - this.#unanswered;
  }

  get isDue(): boolean {
    const now = this.clock.monotonic();
    const isWaiting = this.#unanswered !== undefined && now - this.#tried < RETRY_MS;
    return this.#asking === undefined && !this.isFresh(now) && !isWaiting;
  }

  /** Asks, unless the answer is awaited already. A fault is remembered, not thrown. */
  refresh(): Promise<void> {
    this.#asking ??= this.askInTurn().finally(() => (this.#asking = undefined));
    return this.#asking;
  }

  /**
   * Waits only where no answer is fresh. Without an answer that counts it asks again soon after a question failed: who
   * waits would be refused otherwise, after the cluster is back.
   *
   * @throws GrantError: unreachable
   */
  async allows(): Promise<boolean> {
    const isAsked = this.#asking !== undefined || this.isDue || !this.counts(this.clock.monotonic());
    if (isAsked && !this.isFresh(this.clock.monotonic())) await this.refresh();
    if (this.#allowed === undefined || !this.counts(this.clock.monotonic())) throw unreachable(this.#cause);
    return this.#allowed;
  }

  /** There is an answer to go by until there is a fresh one. */
  private counts(now: number): boolean {
    return now - this.#asked <= this.interval + PATIENCE_MS;
  }

  private isFresh(now: number): boolean {
    return now - this.#asked < this.interval;
  }

  /** However many wait, a cluster that is in trouble is asked twice a second. */
  private async askInTurn(): Promise<void> {
    const pause = this.#unanswered === undefined ? 0 : this.#tried + this.pauseMs - this.clock.monotonic();
    if (pause > 0) await setTimeout(pause);
    await this.askOnce();
  }

  private async askOnce(): Promise<void> {
    const now = this.clock.monotonic();
    this.#tried = now;
    try {
      this.#allowed = await this.ask();
      this.#asked = now;
      this.#unanswered = undefined;
    } catch (error) {
      this.#unanswered ??= now;
      this.#cause = error instanceof Error ? error : new Error(String(error));
    }
  }
}
