import { Inject, Injectable, type NestMiddleware } from '@nestjs/common';
import { type NextFunction, type Request, type Response } from 'express';
import { GATEWAY_CONFIG, type GatewayConfig } from '../config/config.js';
import { bearerToken } from '../grants/grant-reader.js';
import { refuseForeignOrigin } from '../http/origin.js';

type Where = Pick<GatewayConfig, 'publicUrls'>;

/**
 * The rule of the pipeline for what does not pass through it. Only `Bearer` counts as a credential that no other site
 * can make a browser send: it sends `Basic` by itself.
 * @throws Refusal 403
 */
export function requireOwnOrigin({ method, headers }: Request, { publicUrls }: Where): void {
  const origins = new Set(publicUrls.map((url) => url.origin));
  const bearer = bearerToken(headers.authorization) !== undefined;
  refuseForeignOrigin({ method, headers, upgrade: false, bearer }, origins);
}

/** The same ahead of every route that acts with somebody's credential, whichever controller it belongs to. */
@Injectable()
export class OwnOrigin implements NestMiddleware {
  constructor(@Inject(GATEWAY_CONFIG) private readonly config: GatewayConfig) {}

  use(request: Request, _response: Response, next: NextFunction): void {
    requireOwnOrigin(request, this.config);
    next();
  }
}
