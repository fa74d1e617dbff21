import { Inject, Injectable, type NestMiddleware } from '@nestjs/common';
import { type NextFunction, type Request, type Response } from 'express';
import { GATEWAY_CONFIG, type GatewayConfig } from '../config/config.js';
import { Refusal } from '../http/refusal.js';
import { clientAddress } from '../http/client-address.js';
import { Attempts } from './attempts.js';

/** Limits what anyone may try: links, codes, signing in. Successes do not count. */
@Injectable()
export class LimitAttempts implements NestMiddleware {
  constructor(
    private readonly attempts: Attempts,
    @Inject(GATEWAY_CONFIG) private readonly config: GatewayConfig,
  ) {}

  /** @throws Refusal 429 */
  use({ socket, headers }: Request, response: Response, next: NextFunction): void {
    const address = clientAddress(socket.remoteAddress, headers['x-forwarded-for'], this.config.trustedHops);
    const seconds = this.attempts.take(address);
    if (seconds !== undefined) {
      const hint = `Try again in ${seconds} seconds.`;
      throw new Refusal(429, 'Too many attempts from your address.', hint, { retryAfter: seconds });
    }
    response.once('finish', () => {
      if (response.statusCode < 400) this.attempts.giveBack(address);
    });
    next();
  }
}
