import { type Response } from 'express';
import { SIGN_IN_COOKIE } from './sealed-cookie.js';

/** SameSite=Lax: the cookie is sent when a person follows a link from a chat, but not with a form of another site. */
const attributes = { httpOnly: true, sameSite: 'lax', path: '/' } as const;

/** @param until milliseconds since the epoch */
export function setSignIn(response: Response, value: string, until: number, secure: boolean): void {
  response.cookie(SIGN_IN_COOKIE, value, { ...attributes, secure, expires: new Date(until) });
}

/** The browser's cache goes, too: screenshots are in it. Browsers that support this do it over HTTPS alone. */
export function clearSignIn(response: Response): void {
  response.clearCookie(SIGN_IN_COOKIE, attributes);
  response.set('clear-site-data', '"cache"');
}
