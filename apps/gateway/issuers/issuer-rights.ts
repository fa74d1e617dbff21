import { Inject, Injectable } from '@nestjs/common';
import { type ApiRequest, firstDenied, PolicyError, type Right, rights, rightsFor } from '#libs/policy';
import { GATEWAY_CONFIG, type GatewayConfig } from '../config/config.js';
import { type ActiveGrant, type Issuer } from '../grants/active-grant.js';
import { GrantError } from '../grants/grant-error.js';
import { Listeners } from '../grants/listeners.js';
import { IssuerReviews } from './issuer-reviews.js';
import { type ReviewedRight } from './reviewed-right.js';

/** The issuer has lost a right, or the cluster has not said for too long whether they still have it. */
export type IssuerEnd = 'issuer-lost-access' | 'out-of-touch';

const TICK_MS = 1000;
/** Reviews that one tick begins. */
const MOST_AT_ONCE = 200;
/** Row 11: without an answer for this long, the issuer may have lost the right. */
const OUT_OF_TOUCH_MS = 60_000;

/**
 * Whether the issuer of a grant still has what the grant gives (`issuer-recheck`): asked before something opens, and again
 * in each interval while it is open. A grant whose issuer is not proven has no issuer to ask about.
 */
@Injectable()
export class IssuerRights {
  readonly #open = new Map<ReviewedRight, Listeners<IssuerEnd>>();
  #timer: NodeJS.Timeout | undefined;

  constructor(
    @Inject(IssuerReviews) private readonly reviews: Pick<IssuerReviews, 'of'>,
    @Inject(GATEWAY_CONFIG) private readonly config: Pick<GatewayConfig, 'issuerRecheck'>,
  ) {}

  /** One timer for everything that is open. */
  start(): void {
    this.#timer = setInterval(() => this.tick(), TICK_MS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /**
   * @param request what is to be done with the grant; absent: whatever it gives
   * @returns nothing where the answers are yes, and new enough
   * @throws GrantError: issuer-lost-access, uncheckable, unreachable
   */
  check(grant: ActiveGrant, request?: ApiRequest): Promise<void> | undefined {
    const { issuer } = grant;
    if (issuer === undefined || (request !== undefined && this.isGood(issuer, grant, request))) return undefined;
    return this.ask(issuer, grant, request);
  }

  private isGood(issuer: Issuer, grant: ActiveGrant, request: ApiRequest): boolean {
    const needed = this.rightsOf(grant, request);
    return needed.every((right) => this.reviews.of(issuer, right).every((reviewed) => reviewed.isGood));
  }

  private async ask(issuer: Issuer, grant: ActiveGrant, request: ApiRequest | undefined): Promise<void> {
    const denied = await firstDenied(this.rightsOf(grant, request), async (right) => {
      const allowed = await Promise.all(this.reviews.of(issuer, right).map((reviewed) => reviewed.allows()));
      return allowed.every(Boolean);
    });
    if (denied !== undefined) throw new GrantError('issuer-lost-access').of(grant);
  }

  /**
   * Calls `onEnd` when the issuer no longer has what this request of the grant needs.
   * @returns stops watching. @throws GrantError: uncheckable
   */
  watch(grant: ActiveGrant, request: ApiRequest, onEnd: (end: IssuerEnd) => void): () => void {
    const { issuer } = grant;
    if (issuer === undefined) return () => undefined;
    const all = this.rightsOf(grant, request).flatMap((right) => this.reviews.of(issuer, right));
    const stops = all.map((reviewed) => this.listeners(reviewed).add(onEnd));
    // Lost since it was checked: what was about to begin ends in the next turn.
    if (all.some(({ isLost }) => isLost)) queueMicrotask(() => onEnd('issuer-lost-access'));
    return () => {
      for (const stop of stops) stop();
    };
  }

  tick(): void {
    let begun = 0;
    for (const [reviewed, listeners] of this.#open) {
      if (listeners.size === 0) {
        this.#open.delete(reviewed);
        continue;
      }
      this.judge(reviewed);
      if (!reviewed.isDue || begun >= MOST_AT_ONCE) continue;
      begun += 1;
      // To the end: those that there was no room for are first the next time.
      this.#open.delete(reviewed);
      this.#open.set(reviewed, listeners);
      void reviewed.refresh().then(() => this.judge(reviewed));
    }
  }

  /** A grant may be older than a limit that new ones have: what cannot be asked about is denied. */
  private rightsOf(grant: ActiveGrant, request: ApiRequest | undefined): Right[] {
    if (this.config.issuerRecheck === 0) return [];
    try {
      return request === undefined ? rights(grant.policy) : rightsFor(grant.policy, request);
    } catch (error) {
      if (!(error instanceof PolicyError)) throw error;
      throw new GrantError('uncheckable', error.message).of(grant);
    }
  }

  private judge(reviewed: ReviewedRight): void {
    const end = reviewed.isLost
      ? 'issuer-lost-access'
      : reviewed.silence > OUT_OF_TOUCH_MS
        ? 'out-of-touch'
        : undefined;
    if (end !== undefined) this.#open.get(reviewed)?.call(end);
  }

  private listeners(reviewed: ReviewedRight): Listeners<IssuerEnd> {
    const known = this.#open.get(reviewed) ?? new Listeners();
    this.#open.set(reviewed, known);
    return known;
  }
}
