import { type Agent, type ClientRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { type Socket } from 'node:net';
import { type Upstream } from '#libs/kube';
import { type ApiRequest, requestTarget } from '#libs/policy';
import { createProxyMiddleware, type RequestHandler } from 'http-proxy-middleware';
import { type Answers, linger } from '../http/answers.js';
import { CLIENT_CLOSED } from '../http/ended.js';
import { ownConnection } from '../http/proxied-headers.js';
import { type RequestLog } from '../http/request-log.js';
import { boundSilence } from '../http/silence.js';
import { type UpstreamIdentity } from '../credentials/identities.js';
import { upgradeHeaders, upstreamHeaders } from './request-headers.js';
import { cleanAnswer } from './response-headers.js';
import { isFinal, upstreamFault } from './upstream-fault.js';

/** Idle connections to the API server that are kept. */
const KEPT_SOCKETS = 64;

/**
 * Forwards whatever there is, with http-proxy-middleware. The headers are replaced before it sees them; the connections
 * show no client certificate, so that the bearer token alone says who asks.
 */
export class GeneralLane {
  readonly #agent: Agent;
  readonly #proxy: RequestHandler;
  /** Requests whose answers may begin at any time. */
  readonly #patient = new WeakSet<IncomingMessage>();
  /** Clients whose upgrades have no answer yet, and what is called with its status. */
  readonly #unanswered = new Map<Socket, (status: number) => void>();

  constructor(
    private readonly upstream: Upstream,
    private readonly answers: Answers,
    private readonly log: Pick<RequestLog, 'answerTo'>,
    private readonly silenceMs: number,
  ) {
    const { server } = upstream;
    this.#agent = upstream.agent({ keepAlive: true, maxFreeSockets: KEPT_SOCKETS });
    this.#proxy = createProxyMiddleware({
      target: server.href,
      changeOrigin: true,
      agent: this.#agent,
      // Never `ws: true`: the library would then listen for upgrades itself, past every check.
      ws: false,
      on: {
        proxyRes: (answer, req, res) => {
          if (!this.isGood(answer, req, res)) return;
          answer.headers = cleanAnswer(answer.headers, this.upstream.server);
          ownConnection(answer, res);
          flushSoon(answer, res);
        },
        proxyReq: (request, req, res) => {
          request.once('upgrade', (_answer, socket) => {
            socket.destroy();
            this.failed(new Error('an upgrade that nobody asked for'), req, res);
          });
          if (!this.#patient.has(req)) boundSilence(request, this.silenceMs, req);
        },
        proxyReqWs: (request, _req, socket) => {
          boundSilence(request, this.silenceMs);
          this.joinSides(request, socket);
        },
        error: (error, req, res) => this.failed(error, req, res),
      },
    });
  }

  /** Forwards a request; the answer goes to `res`, whatever happens. */
  web(req: IncomingMessage, res: ServerResponse, request: ApiRequest, identity: UpstreamIdentity): Promise<void> {
    req.headers = upstreamHeaders(req.headers, identity);
    Object.assign(req, { originalUrl: req.url, url: requestTarget(request) });
    // A kubelet sends the head of a followed log with its first line.
    if (request.info.watch && request.path.endsWith('/log')) this.#patient.add(req);
    return this.#proxy(req, res);
  }

  /**
   * Forwards an upgrade other than a console: the sockets are joined as they are, and neither outlives the other.
   * @returns the status of the answer: 101 if it was upgraded
   */
  upgrade(
    req: IncomingMessage,
    socket: Socket,
    head: Buffer,
    request: ApiRequest,
    identity: UpstreamIdentity,
  ): Promise<number> {
    req.headers = upgradeHeaders(req.headers, identity);
    req.url = requestTarget(request);
    return new Promise((answered) => {
      this.#unanswered.set(socket, answered);
      socket.once('close', () => this.answered(socket, CLIENT_CLOSED));
      this.#proxy.upgrade(req, socket, head);
    });
  }

  close(): void {
    this.#agent.destroy();
  }

  /** @returns false: it has been refused. The reason phrase is not passed on: no client reads it, and it may be any text. */
  private isGood(answer: IncomingMessage, req: IncomingMessage, res: ServerResponse): boolean {
    answer.statusMessage = '';
    try {
      return isFinal(answer.statusCode ?? 0);
    } catch (error) {
      answer.destroy();
      this.failed(error as Error, req, res);
      return false;
    }
  }

  /** The library joins the data of the two sides, not their ends. */
  private joinSides(request: ClientRequest, socket: Socket): void {
    const left = (): void => void socket.destroy();
    const answer = (message: IncomingMessage): void => {
      socket.off('end', left);
      message.headers = cleanAnswer(message.headers, this.upstream.server);
      this.answered(socket, message.statusCode ?? 502);
    };
    request.prependListener('upgrade', answer).prependListener('response', answer);
    request.once('upgrade', (_answer, upstream: Socket) => joinEnds(socket, upstream));
    // A refusal: it is passed on to its end, and nothing reads what the client sends.
    request.once('response', () => socket.once('finish', () => linger(socket)).resume());
    socket.once('close', () => request.destroy());
    // Nobody reads from the client before the answer: without a read its end would not be noticed.
    socket.once('end', left).read(0);
  }

  /** @returns false if the upgrade has its answer already */
  private answered(socket: Socket, status: number): boolean {
    this.#unanswered.get(socket)?.(status);
    return this.#unanswered.delete(socket);
  }

  private failed(error: Error, req: IncomingMessage, res: ServerResponse | Socket): void {
    const left = !('writeHead' in res) && res.destroyed;
    if (left) return;
    const refusal = this.log.answerTo('upstream', upstreamFault(error));
    if ('writeHead' in res) this.answers.refuse(req, res, refusal);
    else if (this.answered(res, refusal.code)) this.answers.refuseUpgrade(req, res, refusal);
    else res.destroy();
  }
}

/** Neither side outlives the other. What the cluster sent before it closed still reaches the client. */
function joinEnds(client: Socket, upstream: Socket): void {
  client.once('close', () => upstream.destroy());
  upstream.once('close', () => client.destroySoon());
}

/** A watch answers at once but may say nothing for long: its headers must not wait for its first event. */
function flushSoon({ headers }: IncomingMessage, res: ServerResponse): void {
  if (headers['content-length'] !== undefined) return;
  setImmediate(() => {
    if (!res.headersSent && !res.destroyed) res.flushHeaders();
  });
}
