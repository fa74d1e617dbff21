import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { type Address } from './config.js';
import { type Metrics } from './metrics.js';

/** Serves /metrics on a port of its own. */
export class MetricsServer implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #server: Server;

  constructor(
    private readonly metrics: Metrics,
    private readonly address: Address,
  ) {
    this.#server = createServer((req, res) => void this.#answer(req, res));
  }

  /** The port that it listens on. */
  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** @throws the system's error where the port is taken */
  onApplicationBootstrap(): Promise<void> {
    const { host, port } = this.address;
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, resolve);
    });
  }

  onApplicationShutdown(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  async #answer({ method, url }: IncomingMessage, res: ServerResponse): Promise<void> {
    if (method !== 'GET' || url?.split('?')[0] !== '/metrics') return void res.writeHead(404).end();
    const { registry } = this.metrics;
    try {
      const text = await registry.metrics();
      res.writeHead(200, { 'content-type': registry.contentType }).end(text);
    } catch {
      res.writeHead(500).end();
    }
  }
}
