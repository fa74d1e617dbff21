import { Inject, Injectable } from '@nestjs/common';
import { COOKIES_BLOCKED } from '#libs/api';
import { GATEWAY_CONFIG, type GatewayConfig } from '../config/config.js';
import { cookieStyle, hasProbe, probeCookie } from '../grants/cookies.js';
import { Refusal } from '../http/refusal.js';

/**
 * Whether a browser keeps cookies: only one that came back tells. `navigator.cookieEnabled` is true where a browser drops
 * the cookies of one site, or of frames.
 */
@Injectable()
export class CookieProbe {
  constructor(@Inject(GATEWAY_CONFIG) private readonly config: GatewayConfig) {}

  /** @returns a value for `Set-Cookie`. @param host the `Host` header */
  cookie(host: string | undefined): string {
    return probeCookie(cookieStyle(host, this.config.publicUrls, this.config.frameAncestors));
  }

  /** @param cookies the `Cookie` header. @throws Refusal 400 where the cookie did not come back */
  require(cookies: string | undefined): void {
    if (hasProbe(cookies)) return;
    const { message, unused, hint, reason, title } = COOKIES_BLOCKED;
    throw new Refusal(400, `${message} ${unused}`, hint, { reason, heading: title });
  }
}
