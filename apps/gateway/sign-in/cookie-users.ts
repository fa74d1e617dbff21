import { EventEmitter } from 'node:events';
import { Inject, Injectable } from '@nestjs/common';
import { parseCookie } from 'cookie';
import { LRUCache } from 'lru-cache';
import { Clock } from '#libs/ops';
import { SIGN_IN_COOKIE, SealedCookie } from './sealed-cookie.js';
import { type SignedIn, type SignedInUsers } from './signed-in-users.js';

/** How many opened cookies are remembered: decrypting one costs far more than finding it. */
const REMEMBERED = 1000;

/** Signed-in users by their sealed cookie. */
@Injectable()
export class CookieUsers implements SignedInUsers {
  private readonly opened = new LRUCache<string, SignedIn>({ max: REMEMBERED });
  /**
   * Sessions signed out, and when each would have ended by itself, in milliseconds since the epoch. Not an LRU cache: a
   * session that it dropped would be signed in again.
   */
  private readonly signedOut = new Map<string, number>();
  private readonly leaving = new EventEmitter().setMaxListeners(0);

  constructor(
    private readonly cookie: SealedCookie,
    @Inject(Clock) private readonly clock: Pick<Clock, 'now'>,
  ) {}

  async fromCookies(cookieHeader: string | undefined): Promise<SignedIn | undefined> {
    if (cookieHeader === undefined || !cookieHeader.includes(SIGN_IN_COOKIE)) return undefined;
    const value = parseCookie(cookieHeader)[SIGN_IN_COOKIE];
    if (value === undefined || value === '') return undefined;
    const user = this.opened.get(value) ?? (await this.open(value));
    const isOver = user === undefined || (user.until ?? 0) <= this.clock.now() || this.signedOut.has(user.session);
    return isOver ? undefined : user;
  }

  /** A copy of the cookie opens nothing on this replica any more; what it has open ends. */
  async signOut(cookieHeader: string | undefined): Promise<SignedIn | undefined> {
    const user = await this.fromCookies(cookieHeader);
    if (user === undefined) return undefined;
    for (const [session, until] of this.signedOut) if (until <= this.clock.now()) this.signedOut.delete(session);
    this.signedOut.set(user.session, user.until ?? Infinity);
    this.leaving.emit(`session:${user.session}`);
    return user;
  }

  private onSignOut(session: string, act: () => void): () => void {
    const event = `session:${session}`;
    // Signed out since the request was judged: what was about to begin ends in the next turn.
    if (this.signedOut.has(session)) queueMicrotask(act);
    this.leaving.on(event, act);
    return () => void this.leaving.off(event, act);
  }

  private async open(value: string): Promise<SignedIn | undefined> {
    const content = await this.cookie.open(value, this.clock.now());
    if (content === undefined) return undefined;
    const { token, username, groups, method, until, session } = content;
    const user: SignedIn = {
      ...{ username, groups, method, until, session },
      token: () => token,
      onSignOut: (act) => this.onSignOut(session, act),
    };
    this.opened.set(value, user);
    return user;
  }
}
