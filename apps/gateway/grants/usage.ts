import { Inject, Injectable } from '@nestjs/common';
import { Clock, type Logger, LOGGER } from '#libs/ops';
import { LRUCache } from 'lru-cache';
import { type GateToken } from '#libs/api';
import { GATEWAY_CONFIG, type GatewayConfig } from '../config/config.js';
import { isKubeError, OwnClient, types } from '#libs/kube';
import { type ActiveGrant } from './active-grant.js';

/** One write a minute for each grant at most, but for consoles that open and end. */
const QUIET_MS = 60_000;
const MOST_REMEMBERED = 10_000;

type Status = Pick<NonNullable<GateToken['status']>, 'live' | 'last-used'>;

/** What is to be written next, once the write before it is answered. */
interface Write {
  readonly namespace: string;
  readonly metadata?: { readonly uid: string };
  readonly status: Status;
}

/**
 * Keeps `status.last-used` and `status.live` of GateTokens roughly true, with few writes: one at a time for each, so that an
 * older number never overtakes a newer one, and what changes meanwhile makes one more, however much it is.
 */
@Injectable()
export class Usage {
  /** Grants of whose use a write told lately. */
  readonly #written = new LRUCache<string, true>({ max: MOST_REMEMBERED, ttl: QUIET_MS });
  /** By the name of the GateToken that is being written. */
  readonly #next = new Map<string, Write>();
  readonly #writing = new Map<string, Promise<void>>();

  constructor(
    private readonly client: OwnClient,
    @Inject(GATEWAY_CONFIG) private readonly config: GatewayConfig,
    @Inject(LOGGER) private readonly log: Logger,
    private readonly clock: Clock,
  ) {}

  /** A request was made by the grant. */
  used(grant: ActiveGrant): void {
    if (!this.#written.has(grant.uid)) void this.write(grant, {});
  }

  /** A console opened or ended. @param live consoles of the grant on all replicas. @returns resolves when it was written */
  consoles(grant: ActiveGrant, live: number): Promise<void> {
    return this.write(grant, { live });
  }

  /** Consoles turned out to have ended long ago: this does not count as use of the grant. @param name of its GateToken */
  correct(name: string, live: number): void {
    void this.queue(name, { namespace: this.config.namespace, status: { live } });
  }

  private write({ registered, uid, name, namespace }: ActiveGrant, status: Status): Promise<void> {
    if (!registered) return Promise.resolve();
    this.#written.set(uid, true);
    const lastUsed = new Date(this.clock.now()).toISOString();
    return this.queue(name, { namespace, metadata: { uid }, status: { ...status, 'last-used': lastUsed } });
  }

  private queue(name: string, write: Write): Promise<void> {
    const waiting = this.#next.get(name);
    this.#next.set(name, { ...write, status: { ...waiting?.status, ...write.status } });
    const writing = this.#writing.get(name) ?? this.writeAll(name);
    this.#writing.set(name, writing);
    return writing;
  }

  private async writeAll(name: string): Promise<void> {
    for (let write = this.#next.get(name); write !== undefined; write = this.#next.get(name)) {
      this.#next.delete(name);
      const { namespace, ...body } = write;
      await this.patch(name, namespace, body);
    }
    this.#writing.delete(name);
  }

  /** Never throws: the next write makes up for it. */
  private async patch(name: string, namespace: string, body: object): Promise<void> {
    const options = { subresource: 'status', fieldManager: 'kube-gateway' };
    try {
      await this.client.patch(types.gateTokens, name, namespace, body, 'merge', options);
    } catch (err) {
      if (!isKubeError(err, 404, 409)) this.log.warn({ err }, 'could not record the use of a token');
    }
  }
}
