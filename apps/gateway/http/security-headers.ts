import { type IncomingMessage } from 'node:http';
import { type GatewayConfig } from '../config/config.js';
import { publicUrlOf } from './public-url.js';

const YEAR_SECONDS = 365 * 24 * 3600;

/** The pages of a console and of the links that lead to it: in a frame, a link sets its cookie for that frame alone. */
const CONSOLE_PAGE = /^\/(l|console\/.+|auth\/jwt\/set|novnc\/vnc_lite\.html)\/?$/i;

/**
 * What every page carries besides its content security policy. COOP cuts off a page of another site that opened ours, or
 * that ours opened; it does not apply in frames.
 *
 * helmet does not fit: it sets the headers of Express' answers, but pages are also written ahead of Express (under /k8s)
 * and to the sockets of refused upgrades; HSTS depends on the public URL of a request, the policy on the page.
 */
export function securityHeaders(
  { headers }: Pick<IncomingMessage, 'headers'>,
  { publicUrls }: Pick<GatewayConfig, 'publicUrls'>,
): Record<string, string> {
  return {
    'x-content-type-options': 'nosniff',
    'cross-origin-opener-policy': 'same-origin',
    ...(isTlsAlone(headers.host, publicUrls) && { 'strict-transport-security': `max-age=${YEAR_SECONDS}` }),
  };
}

/** A browser that has once seen HSTS uses TLS for all ports of the host name: no public URL there may be without. */
function isTlsAlone(host: string | undefined, publicUrls: readonly URL[]): boolean {
  const own = publicUrlOf(host, publicUrls);
  if (own === undefined) return false;
  return publicUrls.every(({ hostname, protocol }) => hostname !== own.hostname || protocol === 'https:');
}

/**
 * @param path with or without a query
 * @returns the sources of the directive frame-ancestors: only pages of consoles are ever in frames of other sites
 */
export function framersOf(path: string, { frameAncestors }: Pick<GatewayConfig, 'frameAncestors'>): string {
  const framed = frameAncestors.length > 0 && CONSOLE_PAGE.test(path.split('?', 1)[0] ?? '');
  return framed ? frameAncestors.join(' ') : "'none'";
}
