import { type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';

import { HOP_BY_HOP } from '../../process/hop-by-hop.js';
import { type UserInfo } from '../types.js';

/** Characters of a header's name that need no escape; all others are written as %XX. */
const PLAIN = /[^A-Za-z0-9!#$&'*+\-.^_`|~]/g;

const escaped = (key: string): string =>
  key.replace(PLAIN, (c) => [...Buffer.from(c)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''));

/** The headers by which the backend knows the user. Only the front proxy's certificate makes them worth anything. */
export function userHeaders(user: UserInfo): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = { 'X-Remote-User': user.username };
  if (user.uid) headers['X-Remote-Uid'] = user.uid;
  if (user.groups.length > 0) headers['X-Remote-Group'] = user.groups;
  for (const [key, values] of Object.entries(user.extra ?? {})) headers[`X-Remote-Extra-${escaped(key)}`] = values;
  return headers;
}

/** What goes on of a request's headers: no credential, no claim of who it is, nothing that belongs to this connection. */
export function forwarded(headers: IncomingHttpHeaders, peer: string | undefined): OutgoingHttpHeaders {
  const named = (headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase());
  const kept = Object.entries(headers).filter(
    ([name]) =>
      !HOP_BY_HOP.has(name) &&
      !named.includes(name) &&
      name !== 'authorization' &&
      name !== 'host' &&
      !name.startsWith('x-remote-') &&
      !name.startsWith('impersonate-'),
  );
  const result: OutgoingHttpHeaders = Object.fromEntries(kept);
  if (peer) {
    const before = headers['x-forwarded-for'];
    result['x-forwarded-for'] = before ? `${String(before)}, ${peer}` : peer;
  }
  return result;
}
