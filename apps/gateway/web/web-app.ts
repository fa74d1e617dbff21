import { Agent as HttpAgent, type IncomingMessage, type ServerResponse } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createProxyMiddleware, type RequestHandler } from 'http-proxy-middleware';
import { type Answers } from '../http/answers.js';
import { type GatewayConfig } from '../config/config.js';
import { type ClientAddresses } from '../http/client-address.js';
import { wantsHtml } from '../http/page.js';
import { ownConnection, passedOn } from '../http/proxied-headers.js';
import { foreignHost, publicUrlOf } from '../http/public-url.js';
import { Refusal } from '../http/refusal.js';
import { type RequestLog } from '../http/request-log.js';
import { boundSilence, isLate } from '../http/silence.js';

/** This gateway's cookies: grants and the sign-in. They are credentials, so the web application never gets them. */
const OWN_COOKIE = /^\s*kg-/;

/** Paths that stay the gateway's, and what is below them; and links whose `#` became `%23`, since they contain a code. */
const OWN_PATH =
  /^\/(api|auth|k8s|l|login|console|healthz|readyz|\.well-known)(\/|$)|^\/[lL]\/?%23|^\/noVNC\/vnc_lite\.html$/;

/** How long the web application may be silent before the head of its answer. */
const SILENCE_MS = 60_000;
/** Idle connections to it that are kept. */
const KEPT_SOCKETS = 64;

/** What it shares with the gateway's other answers. */
interface Http {
  readonly answers: Answers;
  readonly addresses: ClientAddresses;
  readonly log: Pick<RequestLog, 'answerTo'>;
}

/** Forwards what is not the gateway's own to a web application of the user's own (`web-app` of the GateServer). */
export class WebApp {
  private readonly proxy: RequestHandler;

  /** The pages of guests have assets beside those of the web application. */
  private readonly ownAssets: ReadonlySet<string>;

  constructor(
    target: URL,
    private readonly config: Pick<GatewayConfig, 'webRoot' | 'publicUrls' | 'trustedHops'>,
    private readonly http: Http,
    silenceMs = SILENCE_MS,
  ) {
    this.ownAssets = new Set(listAssets(join(config.webRoot, 'assets')));
    const agent = target.protocol === 'https:' ? HttpsAgent : HttpAgent;
    this.proxy = createProxyMiddleware({
      target: target.href,
      changeOrigin: true,
      agent: new agent({ keepAlive: true, maxFreeSockets: KEPT_SOCKETS }),
      xfwd: false,
      ws: false,
      on: {
        proxyReq: (request, req) => boundSilence(request, silenceMs, req),
        proxyRes: (answer, _req, res) => ownConnection(answer, res),
        error: (error, req, res) => {
          if ('writeHead' in res) http.answers.refuse(req, res, http.log.answerTo('web-app', fault(error)));
          else res.destroy();
        },
      },
    });
  }

  /** True where the gateway answers itself. */
  isOwn(path: string): boolean {
    return OWN_PATH.test(path) || this.ownAssets.has(path);
  }

  /** The web application learns from the gateway alone where a request came from: what the client says of it is dropped. */
  async forward(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const { publicUrls } = this.config;
    // Only pages: other programs may call it by the name of the gateway's Service.
    const foreign = wantsHtml(req.headers.accept)
      ? foreignHost({ headers: req.headers, originalUrl: req.url ?? '/' }, this.config)
      : undefined;
    if (foreign !== undefined) return this.http.answers.refuse(req, res, foreign);
    const url = publicUrlOf(req.headers.host, publicUrls) ?? publicUrls[0];
    const cookie = theirCookies(req.headers.cookie);
    req.headers = {
      ...passedOn(req.headers, (name) => OURS.has(name)),
      ...(cookie === '' ? {} : { cookie }),
      'x-forwarded-for': this.http.addresses.of(req),
      ...(url && { 'x-forwarded-host': url.host, 'x-forwarded-proto': url.protocol.slice(0, -1) }),
    };
    // It decides itself which windows may know each other.
    res.removeHeader('cross-origin-opener-policy');
    await this.proxy(req, res);
  }
}

/** Credentials of the gateway, and a header that the proxy library does not support. */
const OURS = new Set(['authorization', 'cookie', 'expect']);

/** @returns the cookies of the web application itself; empty if there are none */
function theirCookies(header = ''): string {
  const pairs = header.split(';').filter((one) => !OWN_COOKIE.test(one));
  return pairs.join(';').trim();
}

function fault(cause: Error): Refusal {
  const [code, when] = isLate(cause) ? ([504, ' in time'] as const) : ([502, ''] as const);
  const happened = `The web application behind this gateway did not respond${when}.`;
  return new Refusal(code, happened, 'Try again in a moment.', { cause });
}

function listAssets(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return files.map((file) => `/assets/${file}`);
}
