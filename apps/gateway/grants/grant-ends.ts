import { type GateToken } from '#libs/api';
import { type TokenSource } from './grant-store.js';
import { type LivingGrant } from './living-grant.js';

export type GrantEnd = 'expired' | 'revoked';

const MOST_REMEMBERED = 10_000;
/** setTimeout takes no longer ones. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

interface Watched {
  listeners: Set<(end: GrantEnd) => void>;
  timer: NodeJS.Timeout;
}

/** Tells what lives by a grant (consoles, watches, upgrades, requests in flight) the moment that it ends. */
export class GrantEnds {
  readonly #watched = new Map<string, Watched>();
  readonly #revoked = new Set<string>();

  constructor(
    source: Pick<TokenSource, 'on'>,
    private readonly now: () => number = Date.now,
  ) {
    source.on('put', (token: GateToken) => {
      if (token.spec.revoked === true) this.revoke(token.metadata.uid ?? '');
    });
    source.on('delete', (token: GateToken) => this.revoke(token.metadata.uid ?? ''));
  }

  /**
   * Calls `onEnd` once when the grant expires, is revoked or deleted.
   * @returns stops watching
   */
  watch(grant: LivingGrant, onEnd: (end: GrantEnd) => void): () => void {
    // Revoked since it was checked: what was about to begin ends in the next turn.
    if (this.#revoked.has(grant.uid)) queueMicrotask(() => onEnd('revoked'));
    const watched = this.#watched.get(grant.uid) ?? this.begin(grant);
    watched.listeners.add(onEnd);
    return () => {
      watched.listeners.delete(onEnd);
      if (watched.listeners.size > 0 || this.#watched.get(grant.uid) !== watched) return;
      clearTimeout(watched.timer);
      this.#watched.delete(grant.uid);
    };
  }

  private revoke(uid: string): void {
    if (this.#revoked.size >= MOST_REMEMBERED) this.#revoked.clear();
    this.#revoked.add(uid);
    this.end(uid, 'revoked');
  }

  private begin(grant: LivingGrant): Watched {
    const watched: Watched = { listeners: new Set(), timer: this.arm(grant) };
    this.#watched.set(grant.uid, watched);
    return watched;
  }

  private arm({ uid, exp }: Pick<LivingGrant, 'uid' | 'exp'>): NodeJS.Timeout {
    const left = Math.max(0, exp - this.now());
    const timer = setTimeout(
      () => {
        const watched = this.#watched.get(uid);
        if (this.now() >= exp) this.end(uid, 'expired');
        else if (watched !== undefined) watched.timer = this.arm({ uid, exp });
      },
      Math.min(left, LONGEST_TIMER_MS),
    );
    return timer.unref();
  }

  private end(uid: string, end: GrantEnd): void {
    const watched = this.#watched.get(uid);
    if (watched === undefined) return;
    this.#watched.delete(uid);
    clearTimeout(watched.timer);
    for (const listener of watched.listeners) listener(end);
  }
}
