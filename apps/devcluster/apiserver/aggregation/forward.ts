import { type ClientRequest, type IncomingMessage, type OutgoingHttpHeaders, type ServerResponse } from 'node:http';
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

/** Starts the request at the backend, on behalf of its user. */
export function passOn(
  req: IncomingMessage,
  { remote, address, user }: Delivery,
  transports: Transports,
  more: OutgoingHttpHeaders = {},
): ClientRequest {
  const headers = { ...forwarded(req.headers, req.socket.remoteAddress), ...userHeaders(user), ...more };
  return transports.open(remote, address, { method: req.method, path: req.url, headers });
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
export function forward(req: IncomingMessage, res: ServerResponse, delivery: Delivery, transports: Transports): void {
  const upstream = passOn(req, delivery, transports);
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
