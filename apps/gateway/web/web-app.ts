import { type IncomingMessage, type ServerResponse } from 'node:http';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createProxyMiddleware, type RequestHandler } from 'http-proxy-middleware';
import { type Answers } from '../http/answers.js';
import { Refusal } from '../http/refusal.js';

/** This gateway's cookies: grants and the sign-in. They are credentials, so the web application never gets them. */
const OWN_COOKIE = /^\s*kg-/;

/** Paths that stay the gateway's, and what is below them. */
const OWN_PATH = /^\/(api|auth|k8s|l|login|console|healthz|readyz|\.well-known)(\/|$)|^\/noVNC\/vnc_lite\.html$/;

/** Forwards what is not the gateway's own to a web application of the user's own (`web-app` of the GateServer). */
export class WebApp {
  private readonly proxy: RequestHandler;

  /** The pages of guests have assets beside those of the web application. */
  private readonly ownAssets: ReadonlySet<string>;

  constructor(target: URL, webRoot: string, answers: Answers) {
    this.ownAssets = new Set(listAssets(join(webRoot, 'assets')));
    this.proxy = createProxyMiddleware({
      target: target.href,
      changeOrigin: true,
      xfwd: false,
      ws: false,
      on: {
        error: (_error, req, res) => {
          const refusal = new Refusal(
            502,
            'The web application behind this gateway did not respond.',
            'Try again in a moment.',
          );
          if ('writeHead' in res) answers.refuse(req, res, refusal);
          else res.destroy();
        },
      },
    });
  }

  /** True where the gateway answers itself. */
  isOwn(path: string): boolean {
    return OWN_PATH.test(path) || this.ownAssets.has(path);
  }

  forward(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const { authorization: _ours, expect: _unsupported, cookie, ...headers } = req.headers;
    const theirs =
      cookie
        ?.split(';')
        .filter((one) => !OWN_COOKIE.test(one))
        .join(';')
        .trim() ?? '';
    req.headers = theirs === '' ? headers : { ...headers, cookie: theirs };
    return this.proxy(req, res);
  }
}

function listAssets(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return files.map((file) => `/assets/${file}`);
}
