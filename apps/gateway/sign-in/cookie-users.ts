import { parseCookie } from 'cookie';
import { SIGN_IN_COOKIE, type SealedCookie } from './sealed-cookie.js';
import { type SignedIn, type SignedInUsers } from './signed-in-users.js';

/** How many opened cookies are remembered: decrypting one costs far more than finding it. */
const REMEMBERED = 1000;

/** Signed-in users by their sealed cookie. */
export class CookieUsers implements SignedInUsers {
  private readonly opened = new Map<string, SignedIn>();

  constructor(
    private readonly cookie: SealedCookie,
    private readonly now: () => number,
  ) {}

  async fromCookies(cookieHeader: string | undefined): Promise<SignedIn | undefined> {
    if (cookieHeader === undefined || !cookieHeader.includes(SIGN_IN_COOKIE)) return undefined;
    const value = parseCookie(cookieHeader)[SIGN_IN_COOKIE];
    if (value === undefined || value === '') return undefined;
    const known = this.opened.get(value);
    if (known !== undefined) return (known.until ?? 0) > this.now() ? known : undefined;
    const content = await this.cookie.open(value, this.now());
    if (content === undefined) return undefined;
    const { token, username, groups, method, until, session } = content;
    const user: SignedIn = { username, groups, method, until, session, token: () => token };
    if (this.opened.size >= REMEMBERED) this.opened.clear();
    this.opened.set(value, user);
    return user;
  }
}
