import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Registry } from 'prom-client';

/** The injection token of the address that metrics are served on. */
export const METRICS_ADDRESS = Symbol('MetricsAddress');

export interface Address {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
}

/** Serves /metrics on a port of its own, which no Route or Ingress reaches. */
@Injectable()
export class MetricsServer implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #server: Server;

  constructor(
    private readonly registry: Registry,
    @Inject(METRICS_ADDRESS) private readonly address: Address,
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
    try {
      const text = await this.registry.metrics();
      res.writeHead(200, { 'content-type': this.registry.contentType }).end(text);
    } catch (error) {
      res.writeHead(500, { 'content-type': 'text/plain' }).end(`Metrics cannot be collected: ${String(error)}\n`);
    }
  }
}
