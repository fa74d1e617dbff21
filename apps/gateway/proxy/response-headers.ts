import { type IncomingHttpHeaders } from 'node:http';

/** Headers with which an answer of the cluster could harm the origin of the dashboard. */
const DROPPED = [
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
];

const OURS = {
  'content-security-policy': "sandbox; default-src 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
};

/**
 * Cleans the headers of an upstream's answer in place (security.md row 17): nothing that the cluster sends can run,
 * set or clear anything on our origin, or lead away from it.
 * @param upstream where the answer came from: redirects within it become redirects below /k8s
 */
export function cleanAnswer(headers: IncomingHttpHeaders, upstream: URL): void {
  for (const name of Object.keys(headers)) {
    if (name.startsWith('access-control-') || DROPPED.includes(name)) delete headers[name];
  }
  const location = headers.location === undefined ? undefined : ownLocation(headers.location, upstream);
  delete headers.location;
  delete headers['content-location'];
  if (location !== undefined) headers.location = location;
  Object.assign(headers, OURS);
}

/** @returns the redirect as seen from outside; undefined if it leads to another host */
function ownLocation(location: string, upstream: URL): string | undefined {
  if (!URL.canParse(location, upstream.href)) return undefined;
  const target = new URL(location, upstream);
  const below = upstream.pathname.replace(/\/$/, '');
  if (target.origin !== upstream.origin || !target.pathname.startsWith(`${below}/`)) return undefined;
  return `/k8s${target.pathname.slice(below.length)}${target.search}`;
}
