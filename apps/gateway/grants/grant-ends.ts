import { Injectable } from '@nestjs/common';
import { Clock, LONGEST_TIMER_MS } from '#libs/ops';
import { LRUCache } from 'lru-cache';
import { Watches } from '../cluster/watches.js';
import { type GateToken } from '#libs/api';
import { VmStates } from '../vms/vm-states.js';
import { Listeners } from './listeners.js';
import { type ActiveGrant, isRevoked, keyIdOf, vmFaultOf } from './active-grant.js';

/**
 * `revoked` is said of a deleted one too. `signed-again`: the key that signed it is gone. `refused`: the operator does not
 * stand by it any more. `gone`: the VM that it is bound to was deleted or replaced.
 */
export type GrantEnd = 'expired' | 'revoked' | 'signed-again' | 'refused' | 'gone';

const MOST_REMEMBERED = 10_000;

/** How long a grant is still watched that nobody asks about. */
const IDLE_MS = 1000;

interface Watched {
  listeners: Listeners<GrantEnd>;
  timer: NodeJS.Timeout;
  /** Stops looking at the VM. */
  unbind: () => void;
}

/** Tells what lives by a grant (consoles, watches, upgrades, requests in flight) the moment that it ends. */
@Injectable()
export class GrantEnds {
  readonly #watched = new Map<string, Watched>();
  /** Grants that have ended though their time is not over. */
  readonly #ended = new LRUCache<string, GrantEnd>({ max: MOST_REMEMBERED });
  /** Watched by nobody, since the last sweep. */
  readonly #idle = new Set<string>();
  #sweep: NodeJS.Timeout | undefined;

  /** Grants and the keys that signed them once and no longer do. */
  readonly #gone = new LRUCache<string, true>({ max: MOST_REMEMBERED });

  constructor(
    { tokens }: Watches,
    private readonly vms: VmStates,
    private readonly clock: Clock,
  ) {
    tokens.on('put', (token: GateToken, old?: GateToken) => {
      const { uid = '' } = token.metadata;
      if (old) this.signed(uid, keyIdOf(old), keyIdOf(token));
      const end = endOf(token);
      if (end !== undefined) this.endNow(uid, end);
      // Cured: it gives what it gave before.
      else this.#ended.delete(uid);
    });
    tokens.on('delete', (token: GateToken) => this.endNow(token.metadata.uid ?? '', 'revoked'));
  }

  /**
   * Calls `onEnd` once when the grant expires, is revoked, deleted or refused, or its VM is gone.
   * @returns stops watching
   */
  watch(grant: ActiveGrant, onEnd: (end: GrantEnd) => void): () => void {
    // Ended since it was checked: what was about to begin ends in the next turn.
    const ended =
      this.#ended.get(grant.uid) ?? this.signedAgain(grant) ?? (this.isGone(grant, false) ? 'gone' : undefined);
    if (ended !== undefined) queueMicrotask(() => onEnd(ended));
    const watched = this.#watched.get(grant.uid) ?? this.begin(grant);
    const stop = watched.listeners.add(onEnd);
    return () => {
      stop();
      if (watched.listeners.size === 0) this.forgetLater(grant.uid);
    };
  }

  /** Signed again with another key: what the one before it signed is over. */
  private signed(uid: string, before: string | undefined, kid: string | undefined): void {
    if (before === undefined || kid === undefined || before === kid) return;
    this.#gone.delete(`${uid} ${kid}`);
    this.#gone.set(`${uid} ${before}`, true);
    this.end(uid, 'signed-again');
  }

  private signedAgain({ uid, kid = '' }: ActiveGrant): GrantEnd | undefined {
    return this.#gone.has(`${uid} ${kid}`) ? 'signed-again' : undefined;
  }

  private endNow(uid: string, end: GrantEnd): void {
    this.#ended.set(uid, end);
    this.end(uid, end);
  }

  /**
   * A VM that only stops is still the one that the grant is for.
   * @param was seen before: one that is not there may otherwise just not have been brought by the watch yet
   */
  private isGone({ vm, vmUid }: ActiveGrant, was: boolean): boolean {
    if (vm === undefined || vmUid === undefined) return false;
    const uid = this.vms.uidOf(vm.namespace, vm.vm);
    return uid === undefined ? was : uid !== vmUid;
  }

  private bind(grant: ActiveGrant): () => void {
    const { vm, vmUid, uid } = grant;
    if (vm === undefined || vmUid === undefined) return () => undefined;
    return this.vms.watch(vm.namespace, vm.vm, () => {
      if (this.isGone(grant, true)) this.end(uid, 'gone');
    });
  }

  private begin(grant: ActiveGrant): Watched {
    const watched: Watched = { listeners: new Listeners(), timer: this.arm(grant), unbind: this.bind(grant) };
    this.#watched.set(grant.uid, watched);
    return watched;
  }

  private arm({ uid, exp }: Pick<ActiveGrant, 'uid' | 'exp'>): NodeJS.Timeout {
    const left = Math.max(0, exp - this.clock.now());
    const timer = setTimeout(
      () => {
        const watched = this.#watched.get(uid);
        if (this.clock.now() >= exp) this.end(uid, 'expired');
        else if (watched !== undefined) watched.timer = this.arm({ uid, exp });
      },
      Math.min(left, LONGEST_TIMER_MS),
    );
    return timer.unref();
  }

  /** A grant that makes one short request after another is not watched anew for each. */
  private forgetLater(uid: string): void {
    this.#idle.add(uid);
    if (this.#sweep !== undefined) return;
    this.#sweep = setTimeout(() => {
      this.#sweep = undefined;
      for (const one of this.#idle) {
        const watched = this.#watched.get(one);
        if (watched?.listeners.size === 0) this.forget(one, watched);
      }
      this.#idle.clear();
    }, IDLE_MS).unref();
  }

  private end(uid: string, end: GrantEnd): void {
    const watched = this.#watched.get(uid);
    if (watched === undefined) return;
    this.forget(uid, watched);
    watched.listeners.call(end);
  }

  private forget(uid: string, { timer, unbind }: Watched): void {
    this.#watched.delete(uid);
    clearTimeout(timer);
    unbind();
  }
}

function endOf(token: GateToken): GrantEnd | undefined {
  if (isRevoked(token)) return 'revoked';
  if (token.status?.phase !== 'Error') return undefined;
  return vmFaultOf(token.status) === undefined ? 'refused' : 'gone';
}
