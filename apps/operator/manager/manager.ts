import { type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { EventRecorder, LeaderElector, type OwnClient, type ResourceType, types, WorkQueue } from '#libs/kube';
import { type Logger } from '#libs/ops';
import { Applier, type Cache } from '../apply/applier.js';
import { type OperatorConfig } from '../config/config.js';
import { enqueueAll, enqueueDependants, type Queues } from './dependants.js';
import { FACTORY } from '../keys/factory.js';
import { Discovery } from '../gateserver/discovery.js';
import { ServerReconciler } from '../gateserver/reconciler.js';
import { SessionReconciler } from '../gatesession/reconciler.js';
import { TokenReconciler } from '../gatetoken/reconciler.js';
import { OPERATOR } from '../cluster/labels.js';
import { type Metrics } from '../ops/metrics.js';
import { Watches } from '../cluster/watches.js';

/** Watches are renewed every 30 s; three that failed in a row are a lost API server. */
const PATIENCE_MS = 90_000;
/** How many faults are remembered, so that none is told twice. */
const MOST_FAULTS = 1000;
/** A fault of one object is tried again at the latest after this. */
const RETRY_MAX_MS = 60_000;

export interface OperatorOptions {
  config: OperatorConfig;
  client: OwnClient;
  log: Logger;
  metrics: Metrics;
  /** Called when the lead is lost: nothing of this process may write any more. */
  onLost: () => void;
}

/** Starts and stops everything in order: watches, then the lead, then the queues. */
export class OperatorService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #watches: Watches;
  readonly #events: EventRecorder;
  readonly #elector: LeaderElector;
  #queues: { servers: WorkQueue; tokens: WorkQueue; sessions: WorkQueue } | undefined;
  #stopping = false;
  readonly #faults = new Map<string, string>();

  constructor(private readonly options: OperatorOptions) {
    const { client, config } = options;
    this.#watches = new Watches(client, (error, resource) => this.#warn(error, `watch of ${resource}`));
    const onError = (error: unknown) => this.#warn(error, 'event');
    this.#events = new EventRecorder(client, { component: OPERATOR, instance: config.identity, onError });
    this.#elector = new LeaderElector(client, {
      namespace: config.namespace,
      name: OPERATOR,
      identity: config.identity,
      onStarted: () => void this.#lead().catch((error: unknown) => this.#lost(error)),
      onStopped: () => this.#lost(undefined),
      onError: (error) => this.#warn(error, 'lease'),
    });
  }

  onApplicationBootstrap(): void {
    this.#watches.start();
    this.#elector.start();
  }

  /** Before, not on: the connections are closed when the application shuts down. */
  async beforeApplicationShutdown(): Promise<void> {
    this.#stopping = true;
    const queues = Object.values(this.#queues ?? {});
    await Promise.all(queues.map((queue) => queue.stop()));
    await this.#events.flush();
    await this.#elector.stop();
    await this.#watches.stop();
  }

  /** Why this replica is not ready: the resources that are out of touch. Empty: it is. */
  lagging(now = Date.now()): string[] {
    return this.#watches.lagging(now, PATIENCE_MS);
  }

  async #lead(): Promise<void> {
    const { config, log, metrics } = this.options;
    log.info({ identity: config.identity }, 'leads');
    metrics.leads(true);
    await this.#watches.synced();
    if (this.#stopping) return;
    const queues = this.#makeQueues();
    this.#queues = queues;
    enqueueDependants(this.#watches, queues);
    enqueueAll(this.#watches, queues);
  }

  #makeQueues(): Queues & { servers: WorkQueue; tokens: WorkQueue; sessions: WorkQueue } {
    const watches = this.#watches;
    const { client, config } = this.options;
    const events = this.#events;
    const now = Date.now;
    const applier = new Applier(
      client,
      new Map<ResourceType, Cache>([[types.secrets, watches.secrets], ...watches.owned]),
    );
    const sources = { watches, discovery: new Discovery(client) };
    const { gatewayImage, webAppHosts } = config;
    const servers = new ServerReconciler({
      ...{ client, applier, sources, events, gatewayImage, webAppHosts, now },
      factory: FACTORY,
    });
    const tokens = new TokenReconciler({ client, watches, events, now });
    const sessions = new SessionReconciler({ client, watches, now });
    return {
      servers: this.#queue('GateServer', (key) => servers.reconcile(key), 4),
      tokens: this.#queue('GateToken', (key) => tokens.reconcile(key), 16),
      sessions: this.#queue('GateSession', (key) => sessions.reconcile(key), 4),
    };
  }

  #queue(kind: string, handler: ConstructorParameters<typeof WorkQueue>[0], concurrency: number): WorkQueue {
    const onError = (error: unknown, key: string) => this.#warn(error, `${kind} ${key}`);
    const { metrics } = this.options;
    const queue = new WorkQueue(metrics.watched(kind, handler), { concurrency, maxMs: RETRY_MAX_MS, onError });
    metrics.queue(kind, () => queue.length);
    return queue;
  }

  /** The same fault over and over (a kind that the cluster does not have) is a warning once. */
  #warn(error: unknown, what: string): void {
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    const repeated = this.#faults.get(what) === reason;
    this.#faults.set(what, reason);
    if (this.#faults.size > MOST_FAULTS) this.#faults.clear();
    this.options.log[repeated ? 'debug' : 'warn']({ err: error }, what);
  }

  #lost(error: unknown): void {
    if (this.#stopping) return;
    if (error !== undefined) this.#warn(error, 'start');
    this.options.log.error('the lead is lost: this process ends');
    this.options.onLost();
  }
}
