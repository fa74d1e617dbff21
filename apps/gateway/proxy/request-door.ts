import { type IncomingMessage, type ServerResponse } from 'node:http';
import { type Answers } from '../http/answers.js';
import { Refusal } from '../http/refusal.js';
import { type GrantEnds } from '../grants/grant-ends.js';
import { type Usage } from '../grants/usage.js';
import { type Audit } from '../ops/audit.js';
import { type Metrics } from '../ops/metrics.js';
import { clientAddress } from '../http/client-address.js';
import { onCredentialEnd } from '../credentials/credential-end.js';
import { type Forwarder } from './forwarder.js';
import { type GuestCredential } from '../credentials/guest-credential.js';
import { upstreamToken } from '../credentials/identities.js';
import { type Credential } from '../credentials/credential.js';
import { authorize, type Gate } from './pipeline.js';

/** What both doors are made of. */
export interface DoorParts {
  readonly gate: Gate;
  readonly forwarder: Forwarder;
  readonly guests: GuestCredential;
  readonly ends: GrantEnds;
  readonly usage: Usage;
  readonly answers: Answers;
  readonly audit: Audit;
  readonly metrics: Metrics;
  readonly trustedHops: number;
}

/** The door of ordinary requests below /k8s/: ahead of Express, so it answers everything itself. */
export class RequestDoor {
  #closing = false;
  readonly #watches = new Set<ServerResponse>();

  constructor(private readonly parts: DoorParts) {}

  /** From now on requests are refused; those in flight go on, but for watches, which begin anew elsewhere. */
  close(): void {
    this.#closing = true;
    for (const res of this.#watches) res.destroy();
  }

  handle(req: IncomingMessage, res: ServerResponse): void {
    const end = this.parts.metrics.request('http');
    res.once('close', () => end(res.statusCode));
    this.serve(req, res).catch((error: unknown) => {
      this.parts.audit.fault('request', error);
      this.parts.answers.refuse(req, res, internal());
    });
  }

  private async serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const { answers, audit, forwarder, gate, guests, trustedHops } = this.parts;
    if (this.#closing) {
      res.setHeader('connection', 'close');
      return answers.refuse(req, res, closing());
    }
    const { method = 'GET', url = '', headers } = req;
    const address = clientAddress(req.socket.remoteAddress, headers['x-forwarded-for'], trustedHops);
    const verdict = await authorize(gate, { method, url, headers, upgrade: false });
    if (!verdict.allow) {
      audit.denied({ door: 'http', method, url, address, refusal: verdict.refusal });
      return answers.refuse(req, res, verdict.refusal);
    }
    const token = await this.identity(req, res, verdict.credential);
    if (token === undefined) return;
    this.endWithCredential(res, verdict.credential);
    if (verdict.request.info.watch) this.endWithDoor(res);
    if (verdict.credential.kind === 'grant') res.once('close', () => res.statusCode === 401 && guests.reject(token));
    await forwarder.web(req, res, verdict.request, { token, clientAddress: address });
  }

  private async identity(
    req: IncomingMessage,
    res: ServerResponse,
    credential: Credential,
  ): Promise<string | undefined> {
    try {
      return await upstreamToken(credential, this.parts.guests);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.parts.answers.refuse(req, res, error);
      return undefined;
    }
  }

  private endWithDoor(res: ServerResponse): void {
    this.#watches.add(res);
    res.once('close', () => this.#watches.delete(res));
  }

  /** A watch, a followed log, a long download: none outlives its grant or its sign-in. */
  private endWithCredential(res: ServerResponse, credential: Credential): void {
    if (credential.kind === 'grant') this.parts.usage.used(credential.presented.grant);
    res.once(
      'close',
      onCredentialEnd(credential, this.parts.ends, () => res.destroy()),
    );
  }
}

export function closing(): Refusal {
  return new Refusal(503, 'This replica of the gateway is shutting down.', 'Try again.', undefined, 1);
}

export function internal(): Refusal {
  return new Refusal(500, 'The gateway made a mistake.', 'Try again; the log of the gateway says more.');
}
