import { type ServerResponse, STATUS_CODES } from 'node:http';
import { type Duplex } from 'node:stream';

const TYPE = 'text/plain; charset=utf-8';

/** The ingress's own words, where no pod answers. */
export function refuse(res: ServerResponse, code: number, message: string): void {
  const again = code === 503 ? { 'retry-after': '1' } : {};
  res.writeHead(code, { 'content-type': TYPE, 'cache-control': 'no-store', ...again }).end(`${message}\n`);
}

export function refuseUpgrade(socket: Duplex, code: number, message: string): void {
  const head = `HTTP/1.1 ${code} ${STATUS_CODES[code] ?? ''}\r\nContent-Type: ${TYPE}\r\nConnection: close`;
  socket.end(`${head}\r\n\r\n${message}\n`);
}
