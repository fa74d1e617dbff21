import { setTimeout as sleep } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { OPERATOR_CONFIG, type OperatorConfig } from '../config/config.js';
import { WebhookKeys } from '../keys/webhook-keys.js';
import { CaBundles } from './ca-bundles.js';
import { WebhookServer } from './webhook-server.js';

/** How long requests still come after a pod is told to end: until no node sends its Service's connections here. */
const LINGER_MS = 3_000;

/** Starts and stops the webhook, where one is installed. Every replica serves it, leader or not. */
@Injectable()
export class Admission implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(
    private readonly keys: WebhookKeys,
    private readonly bundles: CaBundles,
    private readonly server: WebhookServer,
    @Inject(OPERATOR_CONFIG) private readonly config: Pick<OperatorConfig, 'webhook'>,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if (!this.config.webhook) return;
    this.bundles.start();
    await this.server.start();
    this.keys.start();
  }

  async beforeApplicationShutdown(signal?: string): Promise<void> {
    if (!this.config.webhook) return;
    if (signal === 'SIGTERM') await sleep(LINGER_MS);
    await this.server.stop();
    await this.bundles.stop();
    await this.keys.stop();
  }

  /** See CaBundles; never called where no webhook is installed. */
  onAbsent(listener: (problem: string | undefined) => void): void {
    if (this.config.webhook) this.bundles.onAbsent(listener);
  }

  /** Why the API server cannot call this replica; undefined where it can, or need not. */
  problem(): string | undefined {
    return this.config.webhook && this.bundles.problem();
  }
}
