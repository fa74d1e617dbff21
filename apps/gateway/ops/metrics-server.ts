import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { type Address } from '../config.js';
import { type Metrics } from './metrics.js';

/** Serves /metrics on a port of its own, which no Route or Ingress reaches. */
export class MetricsServer {
  readonly #server: Server;

  constructor(
    metrics: Metrics,
    private readonly address: Address,
  ) {
    this.#server = createServer((req, res) => {
      if (req.method !== 'GET' || req.url?.split('?')[0] !== '/metrics') {
        res.writeHead(404).end();
        return;
      }
      metrics.registry.metrics().then(
        (text) => res.writeHead(200, { 'content-type': metrics.registry.contentType }).end(text),
        () => res.writeHead(500).end(),
      );
    });
  }

  /** @returns the port. @throws the system's error where the port is taken */
  listen(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.address.port, this.address.host, () => {
        resolve((this.#server.address() as AddressInfo).port);
      });
    });
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }
}
