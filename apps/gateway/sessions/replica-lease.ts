import { Inject, Injectable } from '@nestjs/common';
import { Clock, type Logger, LOGGER } from '#libs/ops';
import { REPLICA_LABEL, Watches } from '../cluster/watches.js';
import { GATEWAY_CONFIG, type GatewayConfig } from '../config/config.js';
import { isKubeError, type Lease, OwnClient, types } from '#libs/kube';

const RENEW_MS = 10_000;
const DEAD_AFTER_MS = 40_000;
/** After an outage of the API server every replica that lives has renewed its Lease within this. */
const STEADY_MS = 2 * RENEW_MS;
/** A Lease that has not been renewed for this long is obsolete. */
const SWEEP_AFTER_MS = 600_000;

/** The last renewal that this replica saw of a Lease. */
interface Sight {
  readonly renewal: string;
  /** When it was first seen here, in milliseconds of the monotonic clock. */
  readonly at: number;
  readonly deadAfterMs: number;
}

/**
 * Shows by a Lease that this replica is alive, so that others may take over from a dead one. One write per replica
 * every ten seconds, instead of one per console. The times in another's Lease are never compared with the own clock
 * (clocks differ): what counts is when this replica saw the Lease change, as in leader election.
 */
@Injectable()
export class ReplicaLease {
  /** By the name of the Lease. */
  readonly #seen = new Map<string, Sight>();
  #timer: NodeJS.Timeout | undefined;
  #renewedAt: number;
  /** Since when this replica has renewed its own Lease without a miss. */
  #steadySince: number;

  constructor(
    @Inject(OwnClient) private readonly client: Pick<OwnClient, 'get' | 'create' | 'patch' | 'delete'>,
    @Inject(Watches) private readonly watches: Pick<Watches, 'replicas'>,
    @Inject(GATEWAY_CONFIG) private readonly config: Pick<GatewayConfig, 'namespace' | 'podName'>,
    @Inject(LOGGER) private readonly log: Pick<Logger, 'warn'>,
    @Inject(Clock) private readonly clock: Pick<Clock, 'now' | 'monotonic'>,
  ) {
    // A replica that has just started cannot tell: the API server may have been away until now.
    this.#renewedAt = this.#steadySince = this.clock.monotonic();
    watches.replicas
      .on('put', (lease) => this.see(lease))
      .on('delete', ({ metadata: { name = '' } }) => this.#seen.delete(name));
  }

  /** Also where the API server cannot be reached yet: the next renewal makes the Lease. */
  start(): void {
    const renew = (): void => {
      this.renew().catch((err: unknown) => this.log.warn({ err }, 'could not renew the lease of this replica'));
    };
    renew();
    this.#timer = setInterval(renew, RENEW_MS).unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    const { namespace, podName } = this.config;
    await this.client.delete(types.leases, leaseName(podName), namespace).catch(() => undefined);
  }

  /**
   * @returns whether the replica of that pod has renewed its Lease within 40 s, as seen from here. It may have been unable
   *   to: it counts as dead only where this one could renew its own all the time.
   */
  async isAlive(podName: string): Promise<boolean> {
    if (podName === this.config.podName) return true;
    const name = leaseName(podName);
    if (this.isRecent(name)) return true;
    try {
      // The watch may lag behind.
      this.see(await this.client.get<Lease>(types.leases, name, this.config.namespace));
      return this.isRecent(name) || !this.isSteady();
    } catch (error) {
      if (isKubeError(error, 404)) return false;
      throw error;
    }
  }

  /** Deletes the Leases of replicas that died without doing so. */
  async sweep(): Promise<void> {
    for (const { metadata } of this.watches.replicas.list()) {
      const { name = '', resourceVersion } = metadata;
      if (this.isRecent(name, SWEEP_AFTER_MS)) continue;
      await this.client
        .delete(types.leases, name, this.config.namespace, resourceVersion === undefined ? {} : { resourceVersion })
        .catch(ignoreGone);
    }
  }

  private see({ metadata: { name = '', uid }, spec }: Lease): void {
    const renewal = JSON.stringify([uid, spec?.holderIdentity, spec?.renewTime]);
    if (this.#seen.get(name)?.renewal === renewal) return;
    const deadAfterMs = spec?.leaseDurationSeconds === undefined ? DEAD_AFTER_MS : spec.leaseDurationSeconds * 1000;
    this.#seen.set(name, { renewal, at: this.clock.monotonic(), deadAfterMs });
  }

  /** @param ms default: the duration that the Lease states */
  private isRecent(name: string, ms?: number): boolean {
    const sight = this.#seen.get(name);
    return sight !== undefined && this.clock.monotonic() - sight.at < (ms ?? sight.deadAfterMs);
  }

  private isSteady(): boolean {
    const now = this.clock.monotonic();
    return now - this.#renewedAt <= STEADY_MS && now - this.#steadySince >= STEADY_MS;
  }

  private renewed(at: number): void {
    if (at - this.#renewedAt > STEADY_MS) this.#steadySince = at;
    this.#renewedAt = at;
  }

  private async renew(): Promise<void> {
    const { namespace, podName } = this.config;
    const spec = {
      holderIdentity: podName,
      leaseDurationSeconds: DEAD_AFTER_MS / 1000,
      renewTime: microTime(this.clock.now()),
    };
    const name = leaseName(podName);
    try {
      await this.client.patch(types.leases, name, namespace, { spec }, 'merge');
    } catch (error) {
      if (!isKubeError(error, 404)) throw error;
      await this.client.create<Lease>(
        types.leases,
        { metadata: { name, namespace, labels: { [REPLICA_LABEL]: 'true' } }, spec },
        namespace,
      );
    }
    this.renewed(this.clock.monotonic());
  }
}

/** For deletions: the Lease is gone, or someone else has renewed or taken it. Both are fine. */
export function ignoreGone(error: unknown): void {
  if (!isKubeError(error, 404, 409)) throw error;
}

function leaseName(podName: string): string {
  return `kg-replica-${podName}`;
}

/** metav1.MicroTime has six digits. */
export function microTime(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000Z');
}
