import { type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import { type AddressInfo } from 'node:net';
import { type Duplex } from 'node:stream';
import { type TLSSocket } from 'node:tls';
import { asFailure, nowhere, unauthorized } from './failure.js';
import { discover } from './discovery.js';
import { type FrontProxy, isFrontProxy } from './front-proxy.js';
import { Handler, type HandlerParts, respondFailure } from './handler.js';
import { refuseUpgrade, send } from './respond.js';
import { checkRoute } from './routes.js';
import { parseTarget, type Target } from './target.js';
import { type Viewers } from './viewers.js';

const KEEP_ALIVE_MS = 180_000;

export interface ServerOptions extends HandlerParts {
  viewers: Viewers;
  /** PEM of the certificate for `localhost`. */
  certificate: { cert: string; key: string };
  frontProxy: FrontProxy;
}

/**
 * The aggregated API subresources.kubevirt.io. It believes the API server, which has checked who asks and what they may
 * do, and nobody else; discovery is open.
 */
export class SubresourceServer {
  readonly #server: Server;
  readonly #handler: Handler;

  constructor(private readonly options: ServerOptions) {
    this.#handler = new Handler(options);
    this.#server = createServer({
      ...options.certificate,
      ca: options.frontProxy.ca,
      requestCert: true,
      // A client without a certificate is answered 401, in HTTP.
      rejectUnauthorized: false,
    });
    // Longer than the API server keeps an idle connection: it must never meet one that is just being closed.
    this.#server.keepAliveTimeout = KEEP_ALIVE_MS;
    this.#server.on('request', (request, response) => void this.#request(request, response));
    this.#server.on('upgrade', (request, socket, head) => void this.#upgrade(request, socket, head));
  }

  /** @returns the port on loopback */
  listen(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(0, '127.0.0.1', () => resolve((this.#server.address() as AddressInfo).port));
    });
  }

  close(): Promise<void> {
    this.options.viewers.cutAll();
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  async #request(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const document = request.method === 'GET' ? discover(pathOf(request)) : undefined;
      if (document !== undefined) return send(response, 200, ...document);
      await this.#handler.handle(this.#admit(request), request, response);
    } catch (error) {
      respondFailure(response, error);
    }
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    // The other end may leave at any time, also before there is a websocket that would notice.
    const gone = (): void => void socket.destroy();
    socket.on('error', gone);
    try {
      await this.options.streams.upgrade(this.#admit(request), request, socket, head);
      socket.off('error', gone);
    } catch (error) {
      refuseUpgrade(socket, asFailure(error));
    }
  }

  #admit(request: IncomingMessage): Target {
    if (!isFrontProxy(request.socket as TLSSocket, this.options.frontProxy)) throw unauthorized();
    if (request.headers['x-remote-user'] === undefined) throw unauthorized();
    const target = parseTarget(request.url ?? '/');
    if (target === undefined) throw nowhere();
    checkRoute(target, request.method, request.headers.accept);
    return target;
  }
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? '/').split('?', 1)[0] ?? '/';
}
