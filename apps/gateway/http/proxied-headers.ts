import { type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';

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

/** By these a proxy says where a request came from: a client's own would be taken for the gateway's. */
const ORIGIN_OF_REQUEST = ['forwarded', 'x-real-ip'];
const ORIGIN_BEGINS = 'x-forwarded';

const DROPPED = new Set([...HOP_BY_HOP, ...ORIGIN_OF_REQUEST]);

/**
 * The headers of a client that a proxy may pass on, all else being equal: none of this connection alone, none that says
 * where the request came from. Names are compared with underscores as dashes, since some servers read them so.
 * @param isDropped whether to drop another header, by its name in lower case with dashes
 */
export function passedOn(headers: IncomingHttpHeaders, isDropped: (name: string) => boolean): IncomingHttpHeaders {
  const named = namedIn(headers.connection);
  const kept: IncomingHttpHeaders = {};
  for (const name in headers) {
    if (named?.has(name) && name !== 'transfer-encoding' && name !== 'content-length') continue;
    const dashed = name.includes('_') ? name.replaceAll('_', '-') : name;
    if (!DROPPED.has(dashed) && !dashed.startsWith(ORIGIN_BEGINS) && !isDropped(dashed)) kept[name] = headers[name];
  }
  return kept;
}

function namedIn(connection: string | undefined): ReadonlySet<string> | undefined {
  return connection === undefined ? undefined : new Set(connection.split(',').map((name) => name.trim().toLowerCase()));
}

/** While the gateway shuts down, what it says of the connection to the client wins over what upstream says of its own. */
export function ownConnection(answer: IncomingMessage, res: ServerResponse): void {
  const connection = res.getHeader('connection');
  if (connection === 'close') answer.headers.connection = connection;
}
