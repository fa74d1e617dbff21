import { type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { type Dispatcher, type Pool } from 'undici';
import { isStale, type Upstream } from '#libs/kube';
import { type ApiRequest, isConnect, requestTarget } from '#libs/policy';
import { type UpstreamIdentity } from '../credentials/identities.js';
import { type Answers } from '../http/answers.js';
import { type RequestLog } from '../http/request-log.js';
import { SilenceError } from '../http/silence.js';
import { JoinedWrites } from './joined-writes.js';
import { upstreamHeaders } from './request-headers.js';
import { cleanAnswer } from './response-headers.js';
import { isFinal, upstreamFault } from './upstream-fault.js';

/** Connections to the API server, and requests at a time: a slow client or a slow answer never makes others wait. */
const CONNECTIONS = 64;
const KEEP_ALIVE_MS = 30_000;
const LATE = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_CONNECT_TIMEOUT']);

/**
 * Forwards reads without a body, with undici's dispatch interface: less than half the work of Node's own client. Answers
 * that last (watches, followed logs, proxied applications) would occupy its connections; a body could not be sent twice.
 */
export class FastLane {
  readonly #pool: Pool;
  /** Path of the server, before that of a request. */
  readonly #base: string;
  #running = 0;

  constructor(
    private readonly upstream: Pick<Upstream, 'server' | 'pool'>,
    private readonly answers: Answers,
    private readonly log: Pick<RequestLog, 'answerTo'>,
    private readonly silenceMs: number,
  ) {
    this.#base = upstream.server.pathname.replace(/\/$/, '');
    this.#pool = upstream.pool({
      connections: CONNECTIONS,
      connectTimeout: silenceMs,
      headersTimeout: silenceMs,
      bodyTimeout: 0,
      keepAliveTimeout: KEEP_ALIVE_MS,
    });
  }

  /** @returns false: the request is for the general lane, as every one is while all connections are in use */
  takes({ method, info }: ApiRequest, headers: IncomingHttpHeaders): boolean {
    if (method !== 'GET' && method !== 'HEAD') return false;
    if (headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined) return false;
    return this.#running < CONNECTIONS && !info.watch && !isConnect(info);
  }

  /** Forwards a request; the answer goes to `res`, whatever happens. */
  web(req: IncomingMessage, res: ServerResponse, request: ApiRequest, identity: UpstreamIdentity): void {
    this.#running += 1;
    const options: Dispatcher.DispatchOptions = {
      path: this.#base + requestTarget(request),
      method: request.method,
      headers: upstreamHeaders(req.headers, identity),
    };
    const exchange = new Exchange(res, this.upstream.server, {
      again: () => this.#pool.dispatch(options, exchange),
      failed: (error) => this.answers.refuse(req, res, this.log.answerTo('upstream', upstreamFault(this.named(error)))),
    });
    res.on('close', () => {
      this.#running -= 1;
      exchange.left();
    });
    this.#pool.dispatch(options, exchange);
  }

  /** Cuts every connection. */
  close(): Promise<void> {
    return this.#pool.destroy();
  }

  private named(error: Error): Error {
    return 'code' in error && LATE.has(String(error.code)) ? new SilenceError(this.silenceMs) : error;
  }
}

interface Fates {
  /** Sends the request once more. */
  again: () => void;
  failed: (error: Error) => void;
}

/** One request, and what becomes of it. */
class Exchange implements Dispatcher.DispatchHandler {
  #controller: Dispatcher.DispatchController | undefined;
  #body: JoinedWrites | undefined;
  #ended = false;
  #again = false;

  constructor(
    private readonly res: ServerResponse,
    private readonly server: URL,
    private readonly fates: Fates,
  ) {}

  /** The answer is closed: complete, or the client has left, or its credential has ended. */
  left(): void {
    if (!this.#ended) this.#controller?.abort(new Error('the answer was closed'));
  }

  /** A client can leave while its request waits for a connection: sent nevertheless, it would keep that for good. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.res.destroyed) this.left();
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    if (!isFinal(status)) return;
    const { res } = this;
    const clean = cleanAnswer(headers, this.server);
    // Of the connection to the cluster; Node writes what holds for the one to the client.
    delete clean['connection'];
    if (status === 204 || status === 304 || res.req.httpVersion === '1.0') delete clean['transfer-encoding'];
    res.writeHead(status, clean);
    this.#body = new JoinedWrites(res, controller);
    if (clean['content-length'] === undefined) this.#body.headSoon();
  }

  onResponseData(controller: Dispatcher.DispatchController, piece: Buffer): void {
    if (this.#body?.write(piece) === false) controller.pause();
  }

  onResponseEnd(): void {
    this.#ended = true;
    this.#body?.end();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.res.destroyed) return;
    if (this.res.headersSent || this.#again || !isStale(error)) {
      this.#ended = true;
      this.fates.failed(error);
      return;
    }
    this.#again = true;
    this.#controller = undefined;
    this.fates.again();
  }
}
