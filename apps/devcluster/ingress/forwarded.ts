import { type IncomingMessage } from 'node:http';
import { HOP_BY_HOP } from '../process/hop-by-hop.js';

/** Raw header pairs without those of the connection; repeated headers stay apart. */
export function endToEnd(raw: readonly string[], connection = ''): string[] {
  const named = new Set(connection.split(',').map((name) => name.trim().toLowerCase()));
  const out: string[] = [];
  for (let i = 0; i < raw.length; i += 2) {
    const name = (raw[i] ?? '').toLowerCase();
    if (!HOP_BY_HOP.has(name) && !named.has(name)) out.push(raw[i] ?? '', raw[i + 1] ?? '');
  }
  return out;
}

/** The headers to forward: the client's address is appended to those that were given, as every ingress does. */
export function forwardedHeaders(req: IncomingMessage, scheme: 'http' | 'https'): string[] {
  const kept = endToEnd(req.rawHeaders, req.headers.connection);
  const out: string[] = [];
  for (let i = 0; i < kept.length; i += 2) {
    if (!/^x-forwarded-(for|proto|host)$/i.test(kept[i] ?? '')) out.push(kept[i] ?? '', kept[i + 1] ?? '');
  }
  const given = req.headers['x-forwarded-for'];
  const before = Array.isArray(given) ? given.join(', ') : given;
  const client = (req.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
  out.push('X-Forwarded-For', before ? `${before}, ${client}` : client);
  out.push('X-Forwarded-Proto', scheme, 'X-Forwarded-Host', req.headers.host ?? '');
  return out;
}
