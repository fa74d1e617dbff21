import { type IncomingHttpHeaders } from 'node:http';
import { type GatewayConfig } from '../config/config.js';
import { wantsHtml } from './page.js';
import { Refusal } from './refusal.js';

/** @returns the public URL by which a request came, by its `Host` header; undefined if it names none of them */
export function publicUrlOf(host: string | undefined, publicUrls: readonly URL[]): URL | undefined {
  return publicUrls.find((url) => host !== undefined && URL.parse(`${url.protocol}//${host}`)?.host === url.host);
}

interface Asked {
  readonly headers: IncomingHttpHeaders;
  /** Path and query. */
  readonly originalUrl: string;
}

type Config = Pick<GatewayConfig, 'publicUrls' | 'trustedHops'>;

/**
 * At an address that is not a public URL (a port-forward to 127.0.0.1, http where it is https) browsers would load pages
 * whose cookies and websockets cannot work: it is said at once instead. A proxy that is trusted may have rewritten
 * `Host`. Scripts inside the cluster send a token to the Service: no browser does.
 * @returns Refusal 421 with a public URL; undefined where the address is right
 */
export function foreignHost({ headers, originalUrl }: Asked, config: Config): Refusal | undefined {
  const { host, authorization } = headers;
  if (host === undefined || authorization !== undefined) return undefined;
  const hosts = [host, ...forwarded(headers, 'x-forwarded-host', config)];
  const own = hosts.map((one) => publicUrlOf(one, config.publicUrls)).find((url) => url !== undefined);
  if (own !== undefined && (own.protocol === 'http:' || !isPlainPage(headers, config))) return undefined;
  const origin = (own ?? config.publicUrls[0])?.origin ?? '';
  const isLink = /^\/l\/?(\?|$)/.test(originalUrl);
  const hint = isLink
    ? `In the address of your link, replace everything in front of “/l#” with ${origin}.` // A code is in no request.
    : 'Use that address.';
  const link = { href: `${origin}${isLink ? '/' : originalUrl}`, text: `Open ${origin}` };
  return new Refusal(421, `This gateway is reached at ${origin}.`, hint, { rule: 'foreign-host', link });
}

/**
 * A page that a browser certainly loads without TLS. A proxy that does not know of the TLS in front of it says http,
 * too; but where there is TLS, browsers send Sec-Fetch-Site (W3C Fetch Metadata: to trustworthy URLs alone).
 */
function isPlainPage(headers: IncomingHttpHeaders, config: Config): boolean {
  const schemes = forwarded(headers, 'x-forwarded-proto', config);
  const isPlain = schemes.length > 0 && schemes.every((scheme) => scheme.toLowerCase() === 'http');
  return isPlain && headers['sec-fetch-site'] === undefined && wantsHtml(headers.accept);
}

/** @returns what trusted proxies say in a header; what a client says counts for nothing */
function forwarded(headers: IncomingHttpHeaders, name: string, { trustedHops }: Config): string[] {
  const value = trustedHops > 0 ? headers[name] : undefined;
  return value === undefined
    ? []
    : [value]
        .flat()
        .join(',')
        .split(/\s*,\s*/);
}
