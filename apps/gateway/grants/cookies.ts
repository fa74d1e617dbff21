import { parseCookie, stringifySetCookie } from 'cookie';
import { isLoopback } from '#libs/kube';

/** Holds the last grant; scripts of the original system send a raw JWT in it. */
export const LAST_GRANT = 'kg-jwt-session-code';
const GRANT_PREFIX = 'kg-grant-';
const MOST_COOKIES = 16;
/** Says nothing but that this browser keeps cookies. */
const PROBE = 'kg-probe';

/** @returns the values of the grants' cookies, the last grant first, 16 at most, none twice */
export function grantCookies(header: string | undefined): string[] {
  const cookies = read(header);
  const last = cookies[LAST_GRANT];
  const others = Object.entries(cookies).flatMap(([name, value]) =>
    name.startsWith(GRANT_PREFIX) && value !== undefined ? [value] : [],
  );
  return [...new Set([...(last === undefined || last === '' ? [] : [last]), ...others])].slice(0, MOST_COOKIES);
}

function read(header: string | undefined): Record<string, string | undefined> {
  return header === undefined ? {} : parseCookie(header);
}

/** How cookies are written for one request. */
export interface CookieStyle {
  readonly secure: boolean;
  /** The console may be embedded by other sites: the cookie must then be sent in their frames. */
  readonly embedded: boolean;
}

/**
 * Cookies are Secure unless the request came by a public URL that is http on loopback.
 * @param host the `Host` header
 */
export function cookieStyle(
  host: string | undefined,
  publicUrls: readonly URL[],
  frameAncestors: readonly string[],
): CookieStyle {
  const plain = publicUrls.some((url) => url.protocol === 'http:' && isLoopback(url.hostname) && url.host === host);
  return { secure: !plain, embedded: frameAncestors.length > 0 };
}

/** Whether a browser sent back the cookie of `probeCookie`. @param header the `Cookie` header */
export function hasProbe(header: string | undefined): boolean {
  return read(header)[PROBE] !== undefined;
}

/** A `Set-Cookie` value that meets the same fate as that of a grant; until the browser is closed. */
export function probeCookie(style: CookieStyle): string {
  return cookie(PROBE, '1', style);
}

/**
 * `Set-Cookie` values for a grant: its own cookie and that of the last grant. Where the browser holds as many grants
 * as are looked at, the ones that would not be looked at any more are removed.
 */
export function setGrantCookies(
  grant: { uid: string; handle: string; exp: number },
  style: CookieStyle,
  presented: string | undefined,
  now: number,
): string[] {
  const maxAge = Math.max(0, Math.floor((grant.exp - now) / 1000));
  const own = `${GRANT_PREFIX}${grant.uid}`;
  const others = Object.keys(read(presented)).filter((name) => name.startsWith(GRANT_PREFIX) && name !== own);
  const surplus = others.slice(0, Math.max(0, others.length - (MOST_COOKIES - 2)));
  return [
    cookie(LAST_GRANT, grant.handle, style, maxAge),
    cookie(own, grant.handle, style, maxAge),
    ...surplus.map((name) => cookie(name, '', style, 0)),
  ];
}

/** @param maxAge seconds; absent: until the browser is closed */
function cookie(name: string, value: string, style: CookieStyle, maxAge?: number): string {
  const site = style.embedded
    ? { sameSite: 'none' as const, secure: true, partitioned: true }
    : { sameSite: 'lax' as const };
  const age = maxAge === undefined ? {} : { maxAge };
  return stringifySetCookie({ name, value, path: '/', httpOnly: true, secure: style.secure, ...age, ...site });
}
