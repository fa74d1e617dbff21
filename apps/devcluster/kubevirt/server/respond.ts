import { STATUS_CODES, type ServerResponse } from 'node:http';
import { type Duplex } from 'node:stream';
import { type Failure } from './failure.js';

export function send(response: ServerResponse, code: number, type: string, body: string): void {
  response.writeHead(code, { 'content-type': type, 'content-length': Buffer.byteLength(body) }).end(body);
}

export function sendEmpty(response: ServerResponse, code: number): void {
  response.writeHead(code, { 'content-length': 0 }).end();
}

/** Refuses an upgrade: an ordinary answer on the bare socket, then the end. */
export function refuseUpgrade(socket: Duplex, { code, type, body }: Failure): void {
  socket.end(
    `HTTP/1.1 ${code} ${STATUS_CODES[code] ?? 'Error'}\r\n` +
      `content-type: ${type}\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}

const MAX_BODY = 64 * 1024;

/** The JSON body of a request; an empty one is `{}`. Throws a SyntaxError. */
export async function readBody(request: AsyncIterable<Buffer>): Promise<object> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    size += part.length;
    if (size > MAX_BODY) throw new SyntaxError('the body is too long');
    parts.push(part);
  }
  const text = Buffer.concat(parts).toString('utf8').trim();
  const value: unknown = text === '' ? {} : JSON.parse(text);
  return typeof value === 'object' && value !== null ? value : {};
}
