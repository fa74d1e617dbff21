import { type ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import { type AddressInfo, type Socket } from 'node:net';
import { Inject, Injectable } from '@nestjs/common';
import { OPERATOR_CONFIG, type OperatorConfig } from '../config/config.js';
import { WebhookKeys } from '../keys/webhook-keys.js';
import { Connections } from './connections.js';
import { REVIEW_LIMITS, ReviewHandler, type ReviewLimits } from './review-handler.js';

/** The API server keeps connections for 90 s: it must not send into one that is being closed. */
const KEEP_ALIVE_MS = 120_000;
const LOOK_MS = 1_000;
/** Each takes memory while it is idle, too: beyond this, the operator would end instead of its webhook alone. */
const MOST_CONNECTIONS = { perAddress: 100, total: 1_000 };

/** Serves /mutate and /validate to the API server. */
@Injectable()
export class WebhookServer {
  readonly #server: Server;
  readonly #open = new Set<ServerResponse>();
  readonly #connections = new Connections(MOST_CONNECTIONS);

  constructor(
    private readonly keys: WebhookKeys,
    handler: ReviewHandler,
    @Inject(OPERATOR_CONFIG) private readonly config: Pick<OperatorConfig, 'webhook'>,
    @Inject(REVIEW_LIMITS) private readonly limits: ReviewLimits,
  ) {
    const times = {
      keepAliveTimeout: KEEP_ALIVE_MS,
      handshakeTimeout: limits.openingMs,
      headersTimeout: limits.openingMs,
      // The handler ends slow bodies and late answers with its own words, before this does.
      requestTimeout: limits.answerMs + limits.bodyMs,
      connectionsCheckingInterval: LOOK_MS,
    };
    this.#server = createServer(times, (req, res) => {
      if (!this.#server.listening) res.shouldKeepAlive = false;
      this.#connections.asked(req, res);
      this.#open.add(res);
      res.once('close', () => this.#open.delete(res));
      void handler.handle(req, res);
    });
    this.#server.on('connection', (socket) => this.#connections.opened(socket as Socket));
  }

  /** The port that it listens on. */
  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** @throws the system's error where the port is taken */
  start(): Promise<void> {
    // Until there is a certificate every handshake fails, and with it the request that waits for the webhook.
    this.keys.onChange(() => this.#server.setSecureContext(this.keys.present?.serving ?? {}));
    const { host, port } = this.config.webhook?.listen ?? {};
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, resolve);
    });
  }

  /** What has been asked is still answered. */
  async stop(): Promise<void> {
    for (const res of this.#open) res.shouldKeepAlive = false;
    const late = setTimeout(() => this.#server.closeAllConnections(), this.limits.answerMs);
    await new Promise((resolve) => this.#server.close(resolve));
    clearTimeout(late);
  }
}
