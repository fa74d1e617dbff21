import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import { type Socket } from 'node:net';
import { Inject, Injectable } from '@nestjs/common';
import { GATEWAY_CONFIG, type GatewayConfig } from '../config/config.js';
import { cut } from './ended.js';
import { Refusal } from './refusal.js';
import { framersOf, securityHeaders } from './security-headers.js';
import { type Page, pageHeaders, renderPage, wantsHtml } from './page.js';

/** The gateway's own answers, on both doors: Status bodies for programs, pages for people. */
@Injectable()
export class Answers {
  constructor(@Inject(GATEWAY_CONFIG) private readonly config: Pick<GatewayConfig, 'frameAncestors' | 'publicUrls'>) {}

  page(res: ServerResponse, code: number, page: Page): void {
    const body = renderPage(page);
    res.writeHead(code, { ...this.headersOf(page, res.req), 'content-length': Buffer.byteLength(body) });
    res.end(body);
  }

  /** Answers a request with a refusal; cuts the connection if an answer has already begun. */
  refuse(req: IncomingMessage, res: ServerResponse, refusal: Refusal): void {
    if (res.headersSent) return cut(res, refusal.code);
    const { headers, body } = this.answerTo(refusal, req);
    res.writeHead(refusal.code, headers);
    res.end(body);
  }

  /** The same before an upgrade, where there is only the socket. */
  refuseUpgrade(req: IncomingMessage, socket: Socket, refusal: Refusal): void {
    writeRaw(socket, refusal.code, this.answerTo(refusal, req));
  }

  private answerTo(refusal: Refusal, req: IncomingMessage): Answer {
    return answerOf(refusal, req.headers.accept, (page) => this.headersOf(page, req));
  }

  private headersOf(page: Page, req: IncomingMessage & { originalUrl?: string }): Record<string, string> {
    const path = req.originalUrl ?? req.url ?? '/';
    const framers = framersOf(path, this.config);
    return { ...securityHeaders(req, this.config), ...pageHeaders(page, framers, path.startsWith('/k8s/')) };
  }
}

/** What is sent besides the status. */
export interface Answer {
  headers: Record<string, string>;
  body: string;
}

/** A refusal as a page for browsers, else as a Status. @param accept the `Accept` header of the request */
export function answerOf(
  refusal: Refusal,
  accept: string | undefined,
  headersOf: (page: Page) => Record<string, string>,
): Answer {
  const retry: Record<string, string> =
    refusal.retryAfter === undefined ? {} : { 'retry-after': String(refusal.retryAfter) };
  const challenge: Record<string, string> =
    refusal.code === 401 ? { 'www-authenticate': 'Bearer realm="kube-gateway"' } : {};
  const page: Page = {
    heading: refusal.heading,
    lines: [refusal.message, refusal.hint],
    ...(refusal.link && { link: refusal.link }),
    note: `${refusal.code} ${refusal.reason}`,
  };
  const html = wantsHtml(accept);
  const body = html ? renderPage(page) : `${JSON.stringify(refusal.toStatus())}\n`;
  const shape = html ? headersOf(page) : STATUS_HEADERS;
  return { headers: { ...shape, ...retry, ...challenge, 'content-length': String(Buffer.byteLength(body)) }, body };
}

const STATUS_HEADERS = {
  'content-type': 'application/json',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'content-security-policy': "sandbox; default-src 'none'",
};

/** How long, and for how many bytes, a client may go on sending before the connection is cut. */
const LINGER_MS = 2000;
const LINGER_BYTES = 16 * 1024 * 1024;

/**
 * Writes a whole HTTP/1.1 answer to a bare socket and ends it. What the client still sends is read and discarded: closing
 * at once would reset the connection and lose the answer, and with unread bytes the socket would never close.
 */
export function writeRaw(socket: Socket, code: number, answer: Answer): void {
  if (socket.destroyed || !socket.writable) return;
  socket.on('error', () => socket.destroy());
  const lines = Object.entries(answer.headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(
    `HTTP/1.1 ${code} ${STATUS_CODES[code] ?? 'Error'}\r\n${lines.join('')}connection: close\r\n\r\n${answer.body}`,
  );
  linger(socket);
}

/** Reads and discards what a client sends after its answer, and cuts the connection where the client does not close it. */
export function linger(socket: Socket): void {
  const begun = socket.bytesRead;
  socket.removeAllListeners('data');
  socket.on('data', () => {
    if (socket.bytesRead - begun > LINGER_BYTES) socket.destroy();
  });
  socket.resume();
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
}
