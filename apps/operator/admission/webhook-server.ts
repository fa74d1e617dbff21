import { createServer, type Server } from 'node:https';
import { type AddressInfo } from 'node:net';
import { Inject, Injectable } from '@nestjs/common';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import { OPERATOR_CONFIG, type OperatorConfig } from '../config/config.js';
import { WebhookKeys } from '../keys/webhook-keys.js';
import { Faults } from '../ops/faults.js';
import { Mutator } from './mutator.js';
import { ReviewError } from './review.js';
import { Validator } from './validator.js';

/** An update has two objects, each up to the 3 MiB of a request to the API server. */
const LIMIT = '8mb';
/** Below the 10 s of the webhook configurations, so that the API server passes our words on. */
const ANSWER_WITHIN_MS = 8_000;
/** The API server keeps connections for 90 s: it must not send into one that is being closed. */
const KEEP_ALIVE_MS = 120_000;

/** Serves /mutate and /validate to the API server. What cannot be decided is no verdict: the failurePolicy decides then. */
@Injectable()
export class WebhookServer {
  readonly #server: Server;

  constructor(
    private readonly keys: WebhookKeys,
    private readonly mutator: Mutator,
    private readonly validator: Validator,
    private readonly faults: Faults,
    @Inject(OPERATOR_CONFIG) private readonly config: Pick<OperatorConfig, 'webhook'>,
  ) {
    this.#server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, this.#application());
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
    const late = setTimeout(() => this.#server.closeAllConnections(), ANSWER_WITHIN_MS);
    await new Promise((resolve) => this.#server.close(resolve));
    clearTimeout(late);
  }

  #application(): Express {
    const app = express().disable('x-powered-by').disable('etag');
    app.use(express.json({ limit: LIMIT }));
    const door = (path: string, answer: (body: unknown) => Promise<object>) =>
      app.post(path, async (req: Request, res: Response) => {
        res.setTimeout(ANSWER_WITHIN_MS, () =>
          refuse(res, 504, 'The operator could not decide in time. Try again; if that does not help, see its log.'),
        );
        const review = await answer(req.body);
        if (!this.#server.listening) res.shouldKeepAlive = false;
        if (!res.headersSent) res.json(review);
      });
    door('/mutate', (body) => this.mutator.answer(body));
    door('/validate', (body) => this.validator.answer(body));
    app.use((_req: Request, res: Response) => refuse(res, 404, 'The operator serves POST /mutate and /validate here.'));
    app.use((error: unknown, _req: Request, res: Response, next: NextFunction) =>
      res.headersSent ? next(error) : this.#fail(error, res),
    );
    return app;
  }

  #fail(error: unknown, res: Response): void {
    if (error instanceof ReviewError) return refuse(res, 400, error.message);
    const { status } = error as { status?: unknown };
    // What express says of a body that is too long or no JSON; its message may quote the body.
    if (status === 413) return refuse(res, 413, `The review is longer than ${LIMIT}.`);
    if (typeof status === 'number' && status < 500) return refuse(res, 400, 'The review is not JSON.');
    this.faults.warn(error, 'deciding on an admission review');
    refuse(res, 500, 'The operator could not decide. Try again; if that does not help, see its log.');
  }
}

/** Plain text: the API server shows it to whoever sent the request. */
function refuse(res: Response, code: number, message: string): void {
  if (!res.headersSent) res.status(code).type('text/plain').send(message);
}
