import { Injectable, type NestMiddleware } from '@nestjs/common';
import { type NextFunction, type Request, type Response } from 'express';
import { ClientAddresses } from '../http/client-address.js';
import { Refusal } from '../http/refusal.js';
import { Attempts } from './attempts.js';

/** Limits what anyone may try: links, codes, signing in. Successes do not count. */
@Injectable()
export class LimitAttempts implements NestMiddleware {
  constructor(
    private readonly attempts: Attempts,
    private readonly addresses: ClientAddresses,
  ) {}

  /** @throws Refusal 429 */
  use(request: Request, response: Response, next: NextFunction): void {
    const address = this.addresses.of(request);
    const seconds = this.attempts.take(address);
    if (seconds !== undefined) {
      const hint = `Try again in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}.`;
      throw new Refusal(429, 'Too many attempts from your address.', hint, { retryAfter: seconds });
    }
    response.once('finish', () => {
      if (response.statusCode < 400) this.attempts.giveBack(address);
    });
    next();
  }
}
