import { createHash } from 'node:crypto';
import { type IncomingMessage, type ServerResponse } from 'node:http';
import { Agent, createServer, request as secureRequest, type Server } from 'node:https';
import { type AddressInfo, type Socket } from 'node:net';
import { type Duplex } from 'node:stream';
import { makeCa, makeCertificate } from '#libs/pki';

/** A request as it came in. */
export interface Seen {
  method: string;
  path: string;
  /** `watch=true` is in the query. */
  watch: boolean;
  /** Tells programs apart: a digest of the credential. */
  who: string;
  /** Milliseconds of `performance.now`. */
  at: number;
}

/** What happens instead of forwarding: an answer, a stream that ends after its lines, a wait before, or nothing at all. */
export type Act =
  { answer: number; headers?: Record<string, string> } | { stream: string } | { delayMs: number } | { silence: true };

export interface Fault {
  matches: (seen: Seen) => boolean;
  act: Act;
  /** Requests that it hits; default: all of them. */
  times?: number;
}

interface Exchange {
  seen: Seen;
  /** Nothing is passed on any more, and nothing closed: as when a machine between is gone. */
  silent: boolean;
  cut: () => void;
}

/** HTTPS in front of an API server, with a certificate of its own. Passes everything on, but for the faults that are set. */
export class FaultyProxy {
  readonly seen: Seen[] = [];
  /** Told of each request before it is passed on. */
  onRequest: (seen: Seen) => void = () => undefined;
  /** Told of what the API server answers, piece by piece. */
  onAnswer: (seen: Seen, bytes: Buffer) => unknown = () => undefined;
  readonly #faults = new Set<Fault & { hits: number }>();
  readonly #live = new Set<Exchange>();
  readonly #sockets = new Set<Socket>();
  readonly #agent: Agent;

  private constructor(
    private readonly server: Server,
    /** PEM of the authority of its certificate. */
    readonly ca: string,
    private readonly target: URL,
    private readonly targetCa: string | Buffer,
  ) {
    this.#agent = new Agent({ keepAlive: true, ca: targetCa });
    server.on('request', (req: IncomingMessage, res: ServerResponse) => this.#request(req, res));
    server.on('upgrade', (req: IncomingMessage, socket: Socket, head: Buffer) => this.#upgrade(req, socket, head));
    server.on('secureConnection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  static async start(target: URL, targetCa: string | Buffer): Promise<FaultyProxy> {
    const authority = await makeCa({ cn: 'faulty proxy' });
    const { cert, key } = await makeCertificate(authority, { cn: '127.0.0.1', ips: ['127.0.0.1'] });
    const server = createServer({ cert, key, ALPNProtocols: ['http/1.1'] });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new FaultyProxy(server, authority.cert, target, targetCa);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Sets a fault. @returns lifts it, and tells how many requests it has hit */
  set(fault: Fault): { hits: () => number; lift: () => void } {
    const entry = { ...fault, hits: 0 };
    this.#faults.add(entry);
    return { hits: () => entry.hits, lift: () => void this.#faults.delete(entry) };
  }

  liftAll(): void {
    this.#faults.clear();
  }

  /** How many requests are being answered. */
  live(matches: Fault['matches']): number {
    return [...this.#live].filter(({ seen }) => matches(seen)).length;
  }

  /** Cuts the connections of what is being answered. @returns how many */
  cut(matches: Fault['matches']): number {
    const found = [...this.#live].filter(({ seen }) => matches(seen));
    for (const exchange of found) exchange.cut();
    return found.length;
  }

  /** From now on nothing of what is being answered arrives, and no connection closes. @returns how many */
  silence(matches: Fault['matches']): number {
    const found = [...this.#live].filter(({ seen }) => matches(seen));
    for (const exchange of found) exchange.silent = true;
    return found.length;
  }

  /** The most requests that came within a second since `from` (milliseconds of `performance.now`). */
  busiestSecond(from: number, matches: Fault['matches'] = () => true): number {
    const times = this.seen.filter((one) => one.at >= from && matches(one)).map(({ at }) => at);
    return times.reduce((most, at, i) => Math.max(most, i + 1 - times.findIndex((one) => one > at - 1000)), 0);
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    for (const { cut } of this.#live) cut();
    this.#agent.destroy();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  #note(req: IncomingMessage): Seen {
    const { pathname, searchParams } = new URL(req.url ?? '/', 'https://proxy');
    const who = createHash('sha256')
      .update(req.headers.authorization ?? '')
      .digest('hex');
    const watch = searchParams.get('watch') === 'true';
    const seen = { method: req.method ?? 'GET', path: pathname, watch, who, at: performance.now() };
    this.seen.push(seen);
    this.onRequest(seen);
    return seen;
  }

  #actOn(seen: Seen): Act | undefined {
    for (const fault of this.#faults) {
      if (!fault.matches(seen) || fault.hits >= (fault.times ?? Infinity)) continue;
      fault.hits += 1;
      return fault.act;
    }
    return undefined;
  }

  #request(req: IncomingMessage, res: ServerResponse): void {
    const seen = this.#note(req);
    const act = this.#actOn(seen) ?? { delayMs: 0 };
    if ('answer' in act) return void refuse(req, res, act.answer, act.headers);
    if ('stream' in act) return void res.writeHead(200, { 'content-type': 'application/json' }).end(act.stream);
    const exchange: Exchange = { seen, silent: 'silence' in act, cut: () => res.destroy() };
    this.#live.add(exchange);
    res.once('close', () => this.#live.delete(exchange));
    if ('silence' in act) return;
    if (act.delayMs > 0) setTimeout(() => this.#forward(req, res, exchange), act.delayMs);
    else this.#forward(req, res, exchange);
  }

  #options(req: IncomingMessage) {
    const { hostname, port } = this.target;
    const headers = { ...req.headers, host: this.target.host };
    return { hostname, port, method: req.method, path: req.url, headers, ca: this.targetCa };
  }

  #forward(req: IncomingMessage, res: ServerResponse, exchange: Exchange): void {
    const upstream = secureRequest({ ...this.#options(req), agent: this.#agent }, (answer) => {
      if (exchange.silent) return;
      res.writeHead(answer.statusCode ?? 502, answer.headers);
      res.flushHeaders();
      answer.on('data', (chunk: Buffer) => {
        if (exchange.silent) return;
        this.onAnswer(exchange.seen, chunk);
        res.write(chunk);
      });
      answer.on('end', () => exchange.silent || res.end());
      answer.on('error', () => exchange.silent || res.destroy());
    });
    upstream.on('error', () => exchange.silent || res.destroy());
    res.once('close', () => upstream.destroy());
    req.pipe(upstream);
  }

  #upgrade(req: IncomingMessage, socket: Duplex, head: Buffer): void {
    const seen = this.#note(req);
    const act = this.#actOn(seen);
    const exchange: Exchange = { seen, silent: act !== undefined, cut: () => socket.destroy() };
    this.#live.add(exchange);
    socket.once('close', () => this.#live.delete(exchange));
    if (act !== undefined) return;
    const upstream = secureRequest({ ...this.#options(req), agent: false });
    upstream.on('error', () => exchange.silent || socket.destroy());
    upstream.on('response', (answer) => {
      socket.write(headOf(answer));
      answer.pipe(socket);
    });
    upstream.on('upgrade', (answer, guest, rest) => {
      socket.write(headOf(answer));
      if (rest.length > 0) socket.write(rest);
      if (head.length > 0) guest.write(head);
      join(guest, socket, exchange);
      join(socket, guest, exchange);
    });
    upstream.end();
  }
}

function join(from: Duplex, to: Duplex, exchange: Exchange): void {
  from.on('data', (chunk: Buffer) => exchange.silent || to.write(chunk));
  from.on('error', () => exchange.silent || to.destroy());
  from.on('close', () => exchange.silent || to.destroy());
}

function headOf(answer: IncomingMessage): string {
  const lines = [`HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}`];
  for (let i = 0; i + 1 < answer.rawHeaders.length; i += 2) {
    lines.push(`${answer.rawHeaders[i]}: ${answer.rawHeaders[i + 1]}`);
  }
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** A Status, as an API server sends it. */
export function statusBody(code: number): object {
  const reason = { 410: 'Expired', 429: 'TooManyRequests', 500: 'InternalError', 503: 'ServiceUnavailable' }[code];
  return { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message: `injected ${code}` };
}

function refuse(req: IncomingMessage, res: ServerResponse, code: number, headers: Record<string, string> = {}): void {
  req.resume();
  res.writeHead(code, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(statusBody(code)));
}
