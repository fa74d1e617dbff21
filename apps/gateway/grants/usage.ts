import { Inject, Injectable } from '@nestjs/common';
import { Clock, type Logger, LOGGER } from '#libs/ops';
import { LRUCache } from 'lru-cache';
import { GATEWAY_CONFIG, type GatewayConfig } from '../config/config.js';
import { isKubeError, OwnClient, types } from '#libs/kube';
import { type ActiveGrant } from './active-grant.js';

/** One write a minute for each grant at most, but for consoles that open and end. */
const QUIET_MS = 60_000;
const MOST_REMEMBERED = 10_000;

/** Keeps `status.last-used` and `status.live` of GateTokens roughly true, with few writes. */
@Injectable()
export class Usage {
  /** Grants of whose use a write told lately. */
  readonly #written = new LRUCache<string, true>({ max: MOST_REMEMBERED, ttl: QUIET_MS });

  constructor(
    private readonly client: OwnClient,
    @Inject(GATEWAY_CONFIG) private readonly config: GatewayConfig,
    @Inject(LOGGER) private readonly log: Logger,
    private readonly clock: Clock,
  ) {}

  /** A request was made by the grant. */
  used(grant: ActiveGrant): void {
    if (!this.#written.has(grant.uid)) this.write(grant, {});
  }

  /** A console opened or ended. @param live consoles of the grant on all replicas */
  consoles(grant: ActiveGrant, live: number): void {
    this.write(grant, { live });
  }

  /** Consoles turned out to have ended long ago: this does not count as use of the grant. @param name of its GateToken */
  correct(name: string, live: number): void {
    this.patch(name, this.config.namespace, { status: { live } });
  }

  private write(grant: ActiveGrant, status: { live?: number }): void {
    if (!grant.registered) return;
    this.#written.set(grant.uid, true);
    const lastUsed = new Date(this.clock.now()).toISOString();
    const metadata = { uid: grant.uid };
    this.patch(grant.name, grant.namespace, { metadata, status: { ...status, 'last-used': lastUsed } });
  }

  private patch(name: string, namespace: string, body: object): void {
    const options = { subresource: 'status', fieldManager: 'kube-gateway' };
    this.client.patch(types.gateTokens, name, namespace, body, 'merge', options).catch((err: unknown) => {
      if (!isKubeError(err, 404, 409)) this.log.warn({ err }, 'could not record the use of a token');
    });
  }
}
