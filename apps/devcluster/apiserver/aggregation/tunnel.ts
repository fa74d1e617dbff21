import { type IncomingMessage, STATUS_CODES } from 'node:http';
import { Socket } from 'node:net';
import { type Duplex } from 'node:stream';

import { type Delivery, passOn } from './forward.js';
import { type Transports } from './transport.js';

/**
 * An upgrade. The backend's 101 and every byte after it pass as they are, both ways; its refusal is echoed; anything
 * else becomes 503.
 */
export function tunnel(
  req: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  delivery: Delivery,
  transports: Transports,
): void {
  const upstream = passOn(req, delivery, transports, { connection: 'Upgrade', upgrade: req.headers.upgrade });
  const giveUp = (): void => void upstream.destroy();
  socket.on('close', giveUp);
  socket.on('error', giveUp);
  upstream.on('upgrade', (answer, backend: Duplex, rest: Buffer) => {
    socket.off('close', giveUp);
    socket.write(responseHead(answer));
    if (rest.length > 0) socket.write(rest);
    if (head.length > 0) backend.write(head);
    join(socket, backend);
  });
  upstream.on('response', (answer) => echo(answer, socket));
  upstream.on('error', (error) => refuse(socket, 503, `error dialing backend: ${error.message}`));
  upstream.end();
}

function echo(answer: IncomingMessage, socket: Duplex): void {
  if ((answer.statusCode ?? 0) < 400) {
    answer.destroy();
    refuse(socket, 503, `invalid upgrade response: status code ${answer.statusCode}`);
    return;
  }
  socket.write(responseHead(answer, 'close'));
  answer.pipe(socket);
}

const LINGER_MS = 10_000;

/** Passes bytes both ways. An end in order is passed on as such, a cut as a cut; who does not close after an end is cut. */
function join(client: Duplex, backend: Duplex): void {
  for (const [from, to] of [
    [client, backend],
    [backend, client],
  ] as const) {
    if (from instanceof Socket) from.setNoDelay(true).setTimeout(0);
    from.pipe(to);
    from.on('end', () => {
      if (to instanceof Socket) to.setTimeout(LINGER_MS, () => to.destroy());
    });
    from.on('error', () => to.destroy());
    from.on('close', () => {
      if (!from.readableEnded) to.destroy();
    });
  }
}

/** An answer to an upgrade that goes nowhere. */
export function refuse(socket: Duplex, code: number, message: string): void {
  if (socket.destroyed || !socket.writable) return;
  const body = `${message}\n`;
  socket.end(
    `HTTP/1.1 ${code} ${STATUS_CODES[code] ?? ''}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

/** The status line and headers as the backend wrote them. */
function responseHead(answer: IncomingMessage, connection?: string): string {
  const lines = [`HTTP/1.1 ${answer.statusCode} ${answer.statusMessage ?? ''}`];
  const raw = answer.rawHeaders;
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i]!;
    const framing = /^(connection|transfer-encoding|keep-alive)$/i.test(name);
    if (connection === undefined || !framing) lines.push(`${name}: ${raw[i + 1]}`);
  }
  if (connection !== undefined) lines.push(`Connection: ${connection}`);
  return `${lines.join('\r\n')}\r\n\r\n`;
}
