import { type IncomingMessage, type ServerResponse } from 'node:http';
import { type Duplex } from 'node:stream';

const TITLES: Record<number, string> = { 404: 'Not found', 502: 'Bad gateway', 503: 'Not ready' };

interface Answer {
  type: string;
  body: string;
}

function answer(code: number, message: string, html: boolean): Answer {
  if (html) {
    const title = TITLES[code] ?? String(code);
    const body = `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title><h1>${title}</h1><p>${message}</p></html>\n`;
    return { type: 'text/html; charset=utf-8', body };
  }
  const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, code };
  return { type: 'application/json', body: `${JSON.stringify(status)}\n` };
}

const wantsHtml = (req: IncomingMessage): boolean => (req.headers.accept ?? '').includes('text/html');

/** The ingress's own words, where no pod answers: a page for browsers, a Status for programs. */
export function refuse(req: IncomingMessage, res: ServerResponse, code: number, message: string): void {
  const { type, body } = answer(code, message, wantsHtml(req));
  res.writeHead(code, {
    'content-type': type,
    'cache-control': 'no-store',
    ...(code === 503 ? { 'retry-after': '1' } : {}),
  });
  res.end(body);
}

export function refuseUpgrade(socket: Duplex, code: number, message: string): void {
  const { type, body } = answer(code, message, false);
  const head = [
    `HTTP/1.1 ${code} ${TITLES[code] ?? ''}`,
    `Content-Type: ${type}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  socket.end(`${head.join('\r\n')}\r\nConnection: close\r\n\r\n${body}`);
}
