import { Agent, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { type Duplex } from 'node:stream';
import { pipeline } from 'node:stream';
import { connect, type Socket } from 'node:net';
import { type Endpoint } from './endpoints.js';
import { endToEnd, forwardedHeaders } from './forwarded.js';

export type Scheme = 'http' | 'https';

const CONNECT_TIMEOUT_MS = 3000;

/** A connection to the first endpoint that takes one: another is tried only when nothing was sent yet. */
export async function connectFirst(endpoints: Endpoint[]): Promise<Socket | undefined> {
  for (const { host, port } of endpoints) {
    const socket = await tryConnect(host, port);
    if (socket) return socket;
  }
  return undefined;
}

function tryConnect(host: string, port: number): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, noDelay: true });
    const timer = setTimeout(() => socket.destroy(), CONNECT_TIMEOUT_MS);
    socket.once('connect', () => (clearTimeout(timer), resolve(socket)));
    socket.once('error', () => undefined);
    socket.once('close', () => (clearTimeout(timer), resolve(undefined)));
  });
}

/** Streams a request and its answer over a connection of its own. `fail` is called while nothing has been answered. */
export function forward(
  req: IncomingMessage,
  res: ServerResponse,
  socket: Socket,
  scheme: Scheme,
  fail: (error: Error) => void,
): void {
  // One request a connection; the agent is only there because node wants one to take a ready socket.
  const agent = new Agent({ maxSockets: 1 });
  agent.createConnection = () => socket;
  const headers = [...forwardedHeaders(req, scheme), 'Connection', 'close'];
  if (req.headers['transfer-encoding'] !== undefined) headers.push('Transfer-Encoding', 'chunked');
  const upstream = request({ method: req.method ?? 'GET', path: req.url ?? '/', agent, setHost: false, headers });
  upstream.once('response', (answer) => {
    res.writeHead(
      answer.statusCode ?? 502,
      answer.statusMessage ?? '',
      endToEnd(answer.rawHeaders, answer.headers.connection),
    );
    // A watch has no first event for a while.
    res.flushHeaders();
    pipeline(answer, res, () => undefined);
  });
  upstream.on('information', ({ statusCode }) => statusCode === 100 && res.writeContinue());
  upstream.once('error', (error) => (res.headersSent ? res.destroy() : fail(error)));
  res.once('close', () => upstream.destroy());
  req.pipe(upstream);
}

/** Hands an upgrade over as it came, and then bytes both ways. */
export function forwardUpgrade(
  req: IncomingMessage,
  client: Duplex,
  head: Buffer,
  socket: Socket,
  scheme: Scheme,
): void {
  const headers = [...forwardedHeaders(req, scheme), 'Connection', 'Upgrade', 'Upgrade', req.headers.upgrade ?? ''];
  const lines = [`${req.method} ${req.url} HTTP/1.1`];
  for (let i = 0; i < headers.length; i += 2) lines.push(`${headers[i]}: ${headers[i + 1]}`);
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  if (head.length > 0) socket.write(head);
  tunnel(client, socket);
}

/** Bytes both ways; without a socket, or once one of the two ends, both do. */
export function tunnel(client: Duplex, socket: Socket | undefined): void {
  if (!socket || client.destroyed) return void (socket ?? client).destroy();
  client.once('error', () => socket.destroy());
  socket.once('error', () => client.destroy());
  client.once('close', () => socket.destroy());
  socket.once('close', () => client.destroy());
  client.pipe(socket).pipe(client);
}
