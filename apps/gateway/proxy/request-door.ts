import { type IncomingMessage, type ServerResponse } from 'node:http';
import { Injectable } from '@nestjs/common';
import { auditWho } from '../credentials/credential.js';
import { Identities } from '../credentials/identities.js';
import { Answers } from '../http/answers.js';
import { ClientAddresses } from '../http/client-address.js';
import { cut, finalStatus, onClosed } from '../http/ended.js';
import { Refusal } from '../http/refusal.js';
import { RequestLog } from '../http/request-log.js';
import { Forwarder } from './forwarder.js';
import { type Authorization, Pipeline } from './pipeline.js';
import { forwarded, statusOf, whatOf } from './told.js';

const READS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

type Allowed = Extract<Authorization, { allow: true }>;

/** The door for ordinary requests under /k8s/. It stands ahead of Express, so it answers everything itself. */
@Injectable()
export class RequestDoor {
  #closing = false;
  #drained = false;
  readonly #watches = new Set<ServerResponse>();

  constructor(
    private readonly pipeline: Pipeline,
    private readonly forwarder: Forwarder,
    private readonly identities: Identities,
    private readonly answers: Answers,
    private readonly log: RequestLog,
    private readonly addresses: ClientAddresses,
  ) {}

  /** Refuses requests from now on. Those in flight go on, except watches, which clients reopen elsewhere. */
  close(): void {
    this.#closing = true;
    for (const res of this.#watches) cut(res, 503);
  }

  /** The drain time is over: what is still in flight is cut by the server. */
  drained(): void {
    this.#drained = true;
  }

  handle(req: IncomingMessage, res: ServerResponse): void {
    const end = this.log.began('http');
    res.on('close', () => end(this.statusOf(res)));
    this.serve(req, res).catch((error: unknown) => {
      const refusal = this.log.answerTo('request', error);
      this.log.refused(req, refusal);
      this.answers.refuse(req, res, refusal);
    });
  }

  private async serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const clientAddress = this.addresses.of(req);
    if (this.#closing) throw shuttingDown();
    const { method = 'GET', url = '', headers } = req;
    const verdict = await this.pipeline.authorize({ method, url, headers, upgrade: false });
    try {
      if (!verdict.allow) throw verdict.refusal;
      await this.forward(req, res, verdict, clientAddress);
    } catch (error) {
      this.identify(req, verdict);
      throw error;
    }
  }

  private async forward(
    req: IncomingMessage,
    res: ServerResponse,
    verdict: Allowed,
    clientAddress: string,
  ): Promise<void> {
    const { request, credential } = verdict;
    if (!READS.has(request.method)) this.auditWrite(req, res, verdict);
    const token = await this.identities.token(credential);
    if (res.closed) return;
    this.endWithCredential(res, verdict, token);
    if (request.info.watch) this.endWithDoor(res);
    await this.forwarder.web(req, res, request, { token, clientAddress });
  }

  /** For what is written of it. */
  private identify(req: IncomingMessage, { credential: who }: Authorization): void {
    if (who !== undefined) this.log.identify(req, async () => auditWho(who));
  }

  /** The line waits for the status: what the cluster says of a write is part of it. */
  private auditWrite(req: IncomingMessage, res: ServerResponse, verdict: Allowed): void {
    this.identify(req, verdict);
    this.log.acts(req, { audit: 'write', what: whatOf(verdict.request) });
    onClosed(res, () => this.log.acted(req, forwarded(this.statusOf(res))));
  }

  private statusOf(res: ServerResponse): number {
    return this.#drained && !res.writableFinished ? 503 : finalStatus(res);
  }

  private endWithDoor(res: ServerResponse): void {
    this.#watches.add(res);
    res.once('close', () => this.#watches.delete(res));
  }

  /** A watch, a followed log, a long download: none outlives its grant or its sign-in. */
  private endWithCredential(res: ServerResponse, { credential, request }: Allowed, token: string): void {
    this.identities.used(credential);
    const stop = this.identities.onEnd(credential, request, (end) => cut(res, statusOf(end)));
    res.on('close', () => {
      stop();
      if (res.statusCode === 401) this.identities.refused(credential, token);
    });
  }
}

export function shuttingDown(): Refusal {
  return new Refusal(503, 'This replica of the gateway is shutting down.', 'Try again.', { retryAfter: 1 });
}
