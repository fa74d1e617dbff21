import { type IncomingHttpHeaders } from 'node:http';

/** Headers with which an answer of the cluster could harm the origin of the dashboard. */
const DROPPED = new Set([
  'content-location',
  'set-cookie',
  'set-cookie2',
  'clear-site-data',
  'content-security-policy',
  'content-security-policy-report-only',
  'strict-transport-security',
  'www-authenticate',
  'alt-svc',
  'refresh',
  'link',
  'service-worker-allowed',
  'sourcemap',
  'x-sourcemap',
  'x-frame-options',
  'x-powered-by',
  'keep-alive',
  'proxy-authenticate',
  'proxy-connection',
  'trailer',
]);

const OURS = {
  'content-security-policy': "sandbox; default-src 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
};

/** Repeated, these keep their first value; the values of others are combined, as in Node's `IncomingMessage.headers`. */
const SINGLE = new Set([
  ...['age', 'authorization', 'content-length', 'content-type', 'etag', 'expires', 'from', 'host'],
  ...['if-modified-since', 'if-unmodified-since', 'last-modified', 'location', 'max-forwards', 'proxy-authorization'],
  ...['referer', 'retry-after', 'server', 'user-agent'],
]);

/**
 * The headers of an upstream's answer with which it may go on (security.md row 17): nothing that the cluster sends can
 * run, set or clear anything on our origin, or lead away from it.
 * @param headers by name in lower case
 * @param upstream where the answer came from: redirects within it become redirects below /k8s
 */
export function cleanAnswer(headers: IncomingHttpHeaders, upstream: URL): Record<string, string> {
  const clean: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    if (value === undefined || DROPPED.has(name) || name.startsWith('access-control-')) continue;
    clean[name] = typeof value === 'string' ? value : SINGLE.has(name) ? (value[0] ?? '') : value.join(', ');
  }
  if (clean['location'] !== undefined) redirect(clean, clean['location'], upstream);
  return Object.assign(clean, OURS);
}

function redirect(headers: Record<string, string>, location: string, upstream: URL): void {
  const own = ownLocation(location, upstream);
  if (own === undefined) delete headers['location'];
  else headers['location'] = own;
}

/** @returns the redirect as seen from outside; undefined if it leads to another host */
function ownLocation(location: string, upstream: URL): string | undefined {
  if (!URL.canParse(location, upstream.href)) return undefined;
  const target = new URL(location, upstream);
  const below = upstream.pathname.replace(/\/$/, '');
  if (target.origin !== upstream.origin || !target.pathname.startsWith(`${below}/`)) return undefined;
  return `/k8s${target.pathname.slice(below.length)}${target.search}`;
}
