import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { kubeconfigOf } from '../kubeconfig.js';
import { Upstream } from '../upstream.js';

type Handler = (req: IncomingMessage, res: ServerResponse, body: string) => void;

/** A plain HTTP server whose answers a test decides, and an Upstream that points at it. */
export class TestServer {
  readonly requests: { method: string; url: URL; headers: IncomingMessage['headers']; body: string }[] = [];
  readonly upstream: Upstream;
  readonly #server: Server;

  private constructor(server: Server, token: string | undefined) {
    this.#server = server;
    const { port } = server.address() as AddressInfo;
    this.upstream = new Upstream(
      kubeconfigOf({ server: `http://api.localhost:${port}` }, token === undefined ? {} : { token }),
    );
  }

  static async start(handler: Handler, token?: string): Promise<TestServer> {
    const server = createServer((req, res) => {
      let body = '';
      req.on('data', (chunk: Buffer) => (body += chunk.toString()));
      req.on('end', () => {
        const url = new URL(req.url ?? '/', 'http://x');
        found.requests.push({ method: req.method ?? '', url, headers: req.headers, body });
        handler(req, res, body);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const found = new TestServer(server, token);
    return found;
  }

  async close(): Promise<void> {
    await this.upstream.close();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

export function json(res: ServerResponse, value: unknown, code = 200): void {
  res.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}
