import { type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';
import { identityHeaders, type UpstreamIdentity } from '../credentials/identities.js';

/** `transfer-encoding` stays: it frames the body, and without it a body would be read as a second request. */
const HOP_BY_HOP = [
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'upgrade',
  'http2-settings',
];

/** The gateway's own credentials, headers that impersonate, and headers that reveal our pages to the cluster. */
const OURS = ['authorization', 'cookie', 'expect', 'forwarded', 'origin', 'referer', 'host', 'x-real-ip'];
const OURS_BEGIN = ['impersonate-', 'x-remote-', 'x-forwarded-', 'sec-fetch-'];
const DROPPED = new Set([...HOP_BY_HOP, ...OURS]);
const BEARER_PROTOCOL = /^base64url\.bearer\.authorization\.k8s\.io\./i;

/**
 * Strip, then set (security.md row 4): the headers with which a request goes upstream. Names are compared with
 * underscores as dashes, since some servers read them so.
 */
export function upstreamHeaders(headers: IncomingHttpHeaders, identity: UpstreamIdentity): IncomingHttpHeaders {
  const named = new Set((headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase()));
  const kept: IncomingHttpHeaders = {};
  for (const [name, value] of Object.entries(headers)) {
    if (named.has(name) && name !== 'transfer-encoding' && name !== 'content-length') continue;
    if (!isDropped(name.replaceAll('_', '-'))) kept[name] = value;
  }
  return { ...kept, ...identityHeaders(identity) };
}

function isDropped(name: string): boolean {
  return DROPPED.has(name) || OURS_BEGIN.some((begin) => name.startsWith(begin));
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
