import { type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';
import { identityHeaders, type UpstreamIdentity } from '../credentials/identities.js';
import { passedOn } from '../http/proxied-headers.js';

/** The gateway's own credentials, headers that impersonate, and headers that reveal our pages to the cluster. */
const OURS = new Set(['authorization', 'cookie', 'expect', 'origin', 'referer', 'host']);
const OURS_BEGIN = ['impersonate-', 'x-remote-', 'sec-fetch-'];
const BEARER_PROTOCOL = /^base64url\.bearer\.authorization\.k8s\.io\./i;

/** Strip, then set (security.md row 4): the headers with which a request goes upstream. */
export function upstreamHeaders(headers: IncomingHttpHeaders, identity: UpstreamIdentity): IncomingHttpHeaders {
  return { ...passedOn(headers, isOurs), ...identityHeaders(identity) };
}

function isOurs(name: string): boolean {
  return OURS.has(name) || OURS_BEGIN.some((begin) => name.startsWith(begin));
}

/** The same for an upgrade: a websocket's own headers are set again, a bearer subprotocol is taken out. */
export function upgradeHeaders(headers: IncomingHttpHeaders, identity: UpstreamIdentity): IncomingHttpHeaders {
  const kept = upstreamHeaders(headers, identity);
  const protocols = offeredProtocols(headers).filter((one) => !BEARER_PROTOCOL.test(one));
  // An upgrade has no body: a length without one would make the next request of the connection its body.
  delete kept['content-length'];
  delete kept['transfer-encoding'];
  delete kept['sec-websocket-protocol'];
  if (protocols.length > 0) kept['sec-websocket-protocol'] = protocols.join(', ');
  return { ...kept, connection: 'Upgrade', upgrade: 'websocket' };
}

/** @returns the websocket subprotocols that the client offers, in its order */
function offeredProtocols(headers: IncomingHttpHeaders | OutgoingHttpHeaders): string[] {
  const offered = headers['sec-websocket-protocol'];
  return String(offered ?? '')
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean);
}
