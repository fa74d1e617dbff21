import { type IncomingHttpHeaders } from 'node:http';
import { type GatewayConfig } from '../config/config.js';
import { Refusal } from './refusal.js';

/** @returns the public URL by which a request came, by its `Host` header; undefined if it names none of them */
export function publicUrlOf(host: string | undefined, publicUrls: readonly URL[]): URL | undefined {
  return publicUrls.find((url) => host !== undefined && URL.parse(`${url.protocol}//${host}`)?.host === url.host);
}

/**
 * At an address that is not a public URL (a port-forward to 127.0.0.1) browsers would load pages whose cookies and
 * websockets cannot work: it is said at once instead. A proxy that is trusted may have rewritten `Host`.
 * @param originalUrl path and query
 * @throws Refusal 421, with the first public URL
 */
export function refuseForeignHost(
  { headers, originalUrl }: { headers: IncomingHttpHeaders; originalUrl: string },
  { publicUrls, trustedHops }: Pick<GatewayConfig, 'publicUrls' | 'trustedHops'>,
): void {
  const { host } = headers;
  const forwarded =
    trustedHops > 0
      ? [headers['x-forwarded-host']]
          .flat()
          .join(',')
          .split(/\s*,\s*/)
      : [];
  if (host === undefined || [host, ...forwarded].some((one) => publicUrlOf(one, publicUrls) !== undefined)) return;
  const origin = publicUrls[0]?.origin ?? '';
  const isLink = /^\/l\/?(\?|$)/.test(originalUrl);
  const hint = isLink
    ? `In the address of your link, replace everything in front of “/l#” with ${origin}.` // A code is in no request.
    : 'Use that address.';
  const link = { href: `${origin}${isLink ? '/' : originalUrl}`, text: `Open ${origin}` };
  throw new Refusal(421, `This gateway is reached at ${origin}.`, hint, { link });
}
