import { type IncomingMessage, type OutgoingHttpHeaders, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';

import { type UserInfo } from '../types.js';
import { type RemoteService } from './api-service.js';
import { forwarded, userHeaders } from './identity.js';
import { type Address } from './resolve.js';
import { type Transports } from './transport.js';

/** One request on its way to a backend. */
export interface Delivery {
  remote: RemoteService;
  address: Address;
  user: UserInfo;
}

export function requestHeaders(req: IncomingMessage, user: UserInfo): OutgoingHttpHeaders {
  return { ...forwarded(req.headers, req.socket.remoteAddress), ...userHeaders(user) };
}

/** Plain text, as the aggregator answers it; clients read the code. */
export function unavailable(res: ServerResponse, message: string): void {
  if (res.headersSent) {
    res.destroy();
    return;
  }
  res.writeHead(503, { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' });
  res.end(`${message}\n`);
}

/** Streams request and answer both ways. A client that leaves ends the backend's request too. */
export function forward(
  req: IncomingMessage,
  res: ServerResponse,
  { remote, address, user }: Delivery,
  transports: Transports,
): void {
  const upstream = transports.open(remote, address, {
    method: req.method,
    path: req.url,
    headers: requestHeaders(req, user),
  });
  upstream.on('response', (answer) => {
    res.writeHead(answer.statusCode ?? 502, forwardedAnswer(answer));
    // A watch's header must not wait for its first event.
    res.flushHeaders();
    pipeline(answer, res, () => undefined);
  });
  upstream.on('error', (error) => {
    // What the client still sends is read and forgotten: a cut would take the answer away from it.
    req.unpipe(upstream).resume();
    unavailable(res, `error trying to reach service: ${error.message}`);
  });
  res.on('close', () => {
    if (!res.writableFinished) upstream.destroy();
  });
  req.pipe(upstream);
}

function forwardedAnswer(answer: IncomingMessage): OutgoingHttpHeaders {
  const { connection: _connection, 'keep-alive': _keepAlive, 'transfer-encoding': _encoding, ...rest } = answer.headers;
  return rest;
}
