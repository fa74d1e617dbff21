import { Injectable } from '@nestjs/common';
import { type Again, WorkQueue } from '#libs/kube';
import { ServerReconciler } from '../gateserver/reconciler.js';
import { SessionReconciler } from '../gatesession/reconciler.js';
import { TokenReconciler } from '../gatetoken/reconciler.js';
import { Faults } from '../ops/faults.js';
import { Metrics } from '../ops/metrics.js';

/** A fault of one object is tried again at the latest after this. */
const RETRY_MAX_MS = 60_000;

/** The names of objects that are to be reconciled, a queue for each kind. */
@Injectable()
export class WorkQueues {
  readonly servers: WorkQueue;
  readonly tokens: WorkQueue;
  readonly sessions: WorkQueue;

  constructor(
    servers: ServerReconciler,
    tokens: TokenReconciler,
    sessions: SessionReconciler,
    private readonly metrics: Metrics,
    private readonly faults: Faults,
  ) {
    this.servers = this.#queue('GateServer', (key) => servers.reconcile(key), 4);
    this.tokens = this.#queue('GateToken', (key) => tokens.reconcile(key), 16);
    this.sessions = this.#queue('GateSession', (key) => sessions.reconcile(key), 4);
  }

  /** Resolves when nothing is being reconciled any more. */
  async stop(): Promise<void> {
    await Promise.all([this.servers.stop(), this.tokens.stop(), this.sessions.stop()]);
  }

  #queue(kind: string, reconcile: (key: string) => Promise<Again>, concurrency: number): WorkQueue {
    const onError = (error: unknown, key: string) => this.faults.warn(error, `reconciling ${kind} ${key}`);
    const handler = this.metrics.watched(kind, reconcile);
    const queue = new WorkQueue(handler, { concurrency, maxMs: RETRY_MAX_MS, onError });
    this.metrics.queue(kind, () => queue.length);
    return queue;
  }
}
