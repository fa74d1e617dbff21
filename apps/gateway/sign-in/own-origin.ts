import { type Request } from 'express';
import { type GatewayConfig } from '../config.js';
import { refuseForeignOrigin } from '../proxy/origin.js';

/** For requests that act with a cookie: another site must not make them. @throws Refusal 403 */
export function requireOwnOrigin(request: Request, { publicUrls }: Pick<GatewayConfig, 'publicUrls'>): void {
  const { method, headers } = request;
  const origins = new Set(publicUrls.map((url) => url.origin));
  refuseForeignOrigin({ method, headers, upgrade: false, bearer: false }, origins);
}
