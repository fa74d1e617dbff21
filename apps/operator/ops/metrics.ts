import { Injectable } from '@nestjs/common';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { type Again } from '#libs/kube';

/** What the operator counts. */
@Injectable()
export class Metrics {
  readonly #queues = new Map<string, () => number>();
  readonly #reconciles: Counter<'kind' | 'result'>;
  readonly #seconds: Histogram<'kind'>;
  readonly #leads: Gauge;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#reconciles = new Counter({
      name: 'kube_gateway_operator_reconciles_total',
      help: 'Reconciled objects, by kind and result: done, or error (retried).',
      labelNames: ['kind', 'result'],
      registers,
    });
    this.#seconds = new Histogram({
      name: 'kube_gateway_operator_reconcile_seconds',
      help: 'Duration of one reconciliation.',
      labelNames: ['kind'],
      buckets: [0.002, 0.01, 0.05, 0.25, 1, 5, 30],
      registers,
    });
    this.#leads = new Gauge({
      name: 'kube_gateway_operator_leads',
      help: '1 while this replica is the leader.',
      registers,
    });
    collectDefaultMetrics({ register: registry });
    const queues = this.#queues;
    new Gauge({
      name: 'kube_gateway_operator_queue_length',
      help: 'Objects queued or being reconciled.',
      labelNames: ['kind'],
      registers,
      collect() {
        for (const [kind, length] of queues) this.set({ kind }, length());
      },
    });
  }

  /** The same handler, counted and timed. */
  watched(kind: string, handler: (key: string) => Promise<Again>): (key: string) => Promise<Again> {
    return async (key) => {
      const stop = this.#seconds.startTimer({ kind });
      try {
        const again = await handler(key);
        this.#reconciles.inc({ kind, result: 'done' });
        return again;
      } catch (error) {
        this.#reconciles.inc({ kind, result: 'error' });
        throw error;
      } finally {
        stop();
      }
    };
  }

  queue(kind: string, length: () => number): void {
    this.#queues.set(kind, length);
  }

  leads(yes: boolean): void {
    this.#leads.set(yes ? 1 : 0);
  }
}
