import { consoleEndOf } from '#libs/api';
import { Injectable } from '@nestjs/common';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** What the gateway counts. */
@Injectable()
export class Metrics {
  readonly #requests: Counter<'door' | 'code'>;
  readonly #seconds: Histogram;
  readonly #denials: Counter<'code' | 'reason'>;
  readonly #consoles: Gauge;
  readonly #ends: Counter<'code'>;
  readonly #reviews: Counter<'outcome'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#requests = new Counter({
      name: 'kube_gateway_requests_total',
      help: 'Requests under /k8s, by door and status.',
      labelNames: ['door', 'code'],
      registers,
    });
    this.#seconds = new Histogram({
      name: 'kube_gateway_request_seconds',
      help: 'Duration of requests under /k8s, to the end of the answer.',
      buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 60],
      registers,
    });
    this.#denials = new Counter({
      name: 'kube_gateway_denials_total',
      help: 'Refused requests, by status and reason.',
      labelNames: ['code', 'reason'],
      registers,
    });
    this.#consoles = new Gauge({
      name: 'kube_gateway_consoles',
      help: 'Open consoles on this replica.',
      registers,
    });
    this.#ends = new Counter({
      name: 'kube_gateway_console_ends_total',
      help: 'Ended consoles, by close code.',
      labelNames: ['code'],
      registers,
    });
    this.#reviews = new Counter({
      name: 'kube_gateway_issuer_reviews_total',
      help: "Questions to the cluster about the rights of links' issuers, by outcome: allowed, denied, failed.",
      labelNames: ['outcome'],
      registers,
    });
  }

  /** @returns to be called with the status once the answer has ended */
  request(door: 'http' | 'upgrade'): (code: number) => void {
    const stop = door === 'http' ? this.#seconds.startTimer() : () => 0;
    return (code) => {
      stop();
      this.#requests.inc({ door, code: String(code) });
    };
  }

  denied(code: number, reason: string): void {
    this.#denials.inc({ code: String(code), reason });
  }

  issuerReviewed(outcome: 'allowed' | 'denied' | 'failed'): void {
    this.#reviews.inc({ outcome });
  }

  consoles(open: number): void {
    this.#consoles.set(open);
  }

  /**
   * Codes that viewers choose count as one: otherwise they could create unlimited time series, and each tab that a
   * browser closes (1001) would count as a gateway that shuts down.
   * @param code of the gateway's own; undefined: the viewer closed the console
   */
  consoleEnded(code: number | undefined): void {
    const isOwn = code !== undefined && consoleEndOf(code) !== undefined;
    this.#ends.inc({ code: isOwn ? String(code) : 'viewer' });
  }
}
