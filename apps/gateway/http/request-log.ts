import { randomUUID } from 'node:crypto';
import { type IncomingMessage } from 'node:http';
import { Injectable } from '@nestjs/common';
import { Audit, type Denial } from '../ops/audit.js';
import { Metrics } from '../ops/metrics.js';
import { ClientAddresses } from './client-address.js';
import { Refusal } from './refusal.js';

/** Logs and counts requests, whichever door they use. */
@Injectable()
export class RequestLog {
  constructor(
    private readonly audit: Audit,
    private readonly metrics: Metrics,
    private readonly addresses: ClientAddresses,
  ) {}

  /** @returns to be called with the status once the answer has ended */
  began(door: 'http' | 'upgrade'): (code: number) => void {
    return this.metrics.request(door);
  }

  denied(door: Denial['door'], req: IncomingMessage & { originalUrl?: string }, refusal: Refusal): void {
    const { method = '', originalUrl: url = req.url ?? '' } = req;
    this.audit.denied({ door, method, url, address: this.addresses.of(req), refusal });
  }

  /**
   * The answer to an error. An outage below a refusal and an unexpected error are logged here, with an ID that the
   * answer shows.
   */
  answerTo(where: string, error: unknown): Refusal {
    const id = randomUUID();
    if (!(error instanceof Refusal)) {
      this.audit.fault(where, error, id);
      return new Refusal(500, `Internal gateway error (${id}).`, "Search the gateway's log for this ID.");
    }
    if (error.cause === undefined) return error;
    this.audit.outage(where, error.cause, id);
    return error.with(`${error.message.replace(/\.$/, '')} (${id}).`);
  }
}
