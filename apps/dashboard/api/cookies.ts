import { COOKIES_BLOCKED } from '#libs/api';
import { ApiError } from './client.js';
import { checkCookies } from './rest.js';

/** @throws ApiError CookiesBlocked, as the gateway would refuse it, if this browser does not keep the gateway's cookies */
export async function requireCookies(): Promise<void> {
  // The first answer sets the cookie, the second tells whether it came back.
  if ((await checkCookies()).kept || (await checkCookies()).kept) return;
  const { reason, message, hint } = COOKIES_BLOCKED;
  throw new ApiError({ code: 400, reason, message: `${message} ${hint}` });
}
