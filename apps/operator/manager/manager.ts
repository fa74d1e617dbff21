import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Events } from '../cluster/events.js';
import { Watches } from '../cluster/watches.js';
import { Histories } from '../gatesession/histories.js';
import { TokenChanges } from '../gatetoken/changes.js';
import { Audit } from '../ops/audit.js';
import { WebhookKeys } from '../keys/webhook-keys.js';
import { Metrics } from '../ops/metrics.js';
import { enqueueAll, enqueueDependants } from './dependants.js';
import { Leadership } from './leadership.js';
import { ServerEvents } from './server-events.js';
import { WorkQueues } from './work-queues.js';

/** Starts and stops everything in order: watches, then the lead, then the queues. */
@Injectable()
export class Manager implements OnApplicationBootstrap, BeforeApplicationShutdown {
  #stopping = false;

  constructor(
    private readonly watches: Watches,
    private readonly leadership: Leadership,
    private readonly queues: WorkQueues,
    private readonly histories: Histories,
    private readonly changes: TokenChanges,
    private readonly events: Events,
    private readonly metrics: Metrics,
    private readonly audit: Audit,
    private readonly keys: WebhookKeys,
    private readonly serverEvents: ServerEvents,
  ) {}

  onApplicationBootstrap(): void {
    this.watches.start();
    this.leadership.start(() => this.#lead());
  }

  /** Before, not on: the connections are closed when the application shuts down. */
  async beforeApplicationShutdown(): Promise<void> {
    this.#stopping = true;
    await this.leadership.stop(async () => {
      await this.queues.stop();
      await this.events.flush();
    });
    await this.watches.stop();
  }

  async #lead(): Promise<void> {
    this.metrics.leads(true);
    await this.watches.synced();
    if (this.#stopping) return;
    this.audit.begin(this.watches.gateTokens.list());
    enqueueDependants(this.watches, this.queues);
    this.watches.gateTokens.on('delete', (token) => this.audit.deleted(token));
    this.watches.gateServers.on('delete', (server) => this.audit.serverDeleted(server));
    this.serverEvents.start();
    this.changes.onChange((key) => this.queues.tokens.add(key));
    this.histories.onSurplus((key) => this.queues.sessions.add(key));
    this.keys.onChange(() => enqueueAll(this.watches, this.queues));
    enqueueAll(this.watches, this.queues);
  }
}
