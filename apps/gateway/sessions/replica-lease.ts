import { Inject, Injectable } from '@nestjs/common';
import { GROUP } from '#libs/api';
import { Clock, type Logger, LOGGER } from '#libs/ops';
import { GATEWAY_CONFIG, type GatewayConfig } from '../config/config.js';
import { isKubeError, type Lease, OwnClient, types } from '#libs/kube';

const RENEW_MS = 10_000;
const DEAD_AFTER_MS = 40_000;
/** After an outage of the API server every replica that lives has renewed its Lease within this. */
const STEADY_MS = 2 * RENEW_MS;
/** A Lease that has not been renewed for this long is obsolete. */
const SWEEP_AFTER_MS = 600_000;
const REPLICA_LABEL = `${GROUP}/replica`;

/**
 * Shows by a Lease that this replica is alive, so that others may take over from a dead one. One write per replica
 * every ten seconds, instead of one per console.
 */
@Injectable()
export class ReplicaLease {
  #timer: NodeJS.Timeout | undefined;
  #renewedAt: number;
  /** Since when this replica has renewed its own Lease without a miss. */
  #steadySince: number;

  constructor(
    @Inject(OwnClient) private readonly client: Pick<OwnClient, 'get' | 'list' | 'create' | 'patch' | 'delete'>,
    @Inject(GATEWAY_CONFIG) private readonly config: Pick<GatewayConfig, 'namespace' | 'podName'>,
    @Inject(LOGGER) private readonly log: Pick<Logger, 'warn'>,
    @Inject(Clock) private readonly clock: Pick<Clock, 'now'>,
  ) {
    // A replica that has just started cannot tell: the API server may have been away until now.
    this.#renewedAt = this.#steadySince = this.clock.now();
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
   * @returns whether the replica of that pod has said within 40 s that it lives. It may have been unable to say so: it
   *   counts as dead only where this one could say so all the time.
   */
  async isAlive(podName: string): Promise<boolean> {
    if (podName === this.config.podName) return true;
    try {
      const lease = await this.client.get<Lease>(types.leases, leaseName(podName), this.config.namespace);
      return this.clock.now() - Date.parse(lease.spec?.renewTime ?? '') < DEAD_AFTER_MS || !this.isSteady();
    } catch (error) {
      if (isKubeError(error, 404)) return false;
      throw error;
    }
  }

  /** Deletes the Leases of replicas that died without doing so. */
  async sweep(): Promise<void> {
    const { namespace } = this.config;
    const { items } = await this.client.list<Lease>(types.leases, namespace, { labelSelector: REPLICA_LABEL });
    for (const { metadata, spec } of items) {
      const age = this.clock.now() - Date.parse(spec?.renewTime ?? '');
      const { name = '', resourceVersion } = metadata;
      if (age < SWEEP_AFTER_MS) continue;
      await this.client
        .delete(types.leases, name, namespace, resourceVersion === undefined ? {} : { resourceVersion })
        .catch(ignoreGone);
    }
  }

  private isSteady(): boolean {
    const now = this.clock.now();
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
    this.renewed(this.clock.now());
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
