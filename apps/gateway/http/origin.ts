import { type IncomingHttpHeaders } from 'node:http';
import { Refusal } from './refusal.js';

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

export interface OriginQuestion {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  readonly upgrade: boolean;
  /** The credential came in `Authorization`: no other site can make a browser send that. */
  readonly bearer: boolean;
}

/**
 * Another site must not act with the cookies of this one (security.md row 6). Where `Origin` is present it must equal a
 * public URL; `null` never does. Where it is absent, only an unsafe method with a cookie needs another proof.
 * @param origins of the public URLs, as `URL.origin` writes them
 * @throws Refusal 403
 */
export function refuseForeignOrigin(question: OriginQuestion, origins: ReadonlySet<string>): void {
  const { headers, method, upgrade, bearer } = question;
  if (headers.origin !== undefined) {
    if (origins.has(headers.origin)) return;
    throw foreign('The request came from another site.', nearest(headers.origin, origins));
  }
  if (upgrade || bearer || SAFE.has(method)) return;
  if (headers.cookie === undefined || headers['sec-fetch-site'] === 'same-origin') return;
  throw foreign('The request does not say which site it came from.', nearest('', origins));
}

function foreign(message: string, own: string): Refusal {
  return new Refusal(403, message, `Open the page at ${own} and try again there.`, { rule: 'foreign-origin' });
}

/** @returns the gateway's origin at the same host name, whose page was opened without TLS or at another port; else the first */
function nearest(origin: string, origins: ReadonlySet<string>): string {
  const name = URL.parse(origin)?.hostname;
  const [first = ''] = origins;
  return [...origins].find((own) => URL.parse(own)?.hostname === name) ?? first;
}
