import { Inject, Injectable } from '@nestjs/common';
import { type ApiRequest, firstDenied, PolicyError, type Right, rights, rightsFor } from '#libs/policy';
import { GATEWAY_CONFIG, type GatewayConfig } from '../config/config.js';
import { type ActiveGrant } from '../grants/active-grant.js';
import { GrantError } from '../grants/grant-error.js';
import { IssuerReviews } from './issuer-reviews.js';
import { type ReviewedRight } from './reviewed-right.js';

/** The issuer has lost a right, or the cluster has not said for too long whether they still have it. */
export type IssuerEnd = 'issuer-lost-access' | 'out-of-touch';

const TICK_MS = 1000;
/** Reviews that one tick begins. */
const MOST_AT_ONCE = 200;
/** Row 11: without an answer for this long, the issuer may have lost the right. */
const OUT_OF_TOUCH_MS = 60_000;

type Listener = (end: IssuerEnd) => void;

/**
 * Whether the issuer of a grant still has what the grant gives (`issuer-recheck`): asked before something opens, and again
 * in each interval while it is open. A grant whose issuer is not proven has no issuer to ask about.
 */
@Injectable()
export class IssuerRights {
  readonly #open = new Map<ReviewedRight, Set<Listener>>();
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
   * @throws GrantError: issuer-lost-access, uncheckable, unreachable
   */
  async check(grant: ActiveGrant, request?: ApiRequest): Promise<void> {
    const { issuer } = grant;
    if (issuer === undefined) return;
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
  watch(grant: ActiveGrant, request: ApiRequest, onEnd: Listener): () => void {
    const { issuer } = grant;
    if (issuer === undefined) return () => undefined;
    const all = this.rightsOf(grant, request).flatMap((right) => this.reviews.of(issuer, right));
    for (const reviewed of all) this.listeners(reviewed).add(onEnd);
    // Lost since it was checked: what was about to begin ends in the next turn.
    if (all.some(({ isLost }) => isLost)) queueMicrotask(() => onEnd('issuer-lost-access'));
    return () => {
      for (const reviewed of all) this.forget(reviewed, onEnd);
    };
  }

  tick(): void {
    let begun = 0;
    for (const [reviewed, listeners] of this.#open) {
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
    if (end !== undefined) for (const listener of this.#open.get(reviewed) ?? []) listener(end);
  }

  private listeners(reviewed: ReviewedRight): Set<Listener> {
    const known = this.#open.get(reviewed) ?? new Set();
    this.#open.set(reviewed, known);
    return known;
  }

  private forget(reviewed: ReviewedRight, listener: Listener): void {
    const listeners = this.#open.get(reviewed);
    listeners?.delete(listener);
    if (listeners?.size === 0) this.#open.delete(reviewed);
  }
}
