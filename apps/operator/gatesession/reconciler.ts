import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '#libs/ops';
import { type GateSession } from '#libs/api';
import { type Again, isKubeError, type KubeClient, OwnClient, types } from '#libs/kube';
import { LRUCache } from 'lru-cache';
import { remove } from '../apply/remove.js';
import { Reporter } from '../apply/reporter.js';
import { Watches } from '../cluster/watches.js';
import { endOfLeft, isLeft, removalOf } from './desired.js';
import { gather, type Sources } from './gather.js';
import { Histories } from './histories.js';

const LONGEST_SLEEP_MS = 6 * 3_600_000;
/** How often a pod that is ending is asked for, however many consoles it had. */
const PODS_EVERY_MS = 1000;
const MOST_PODS = 1000;

/**
 * GateSession -> ended when its GateServer is gone and so is the pod, deleted when its retention is over or newer ones
 * take its place. While there is a gateway, the status is the gateway's alone.
 */
@Injectable()
export class SessionReconciler {
  readonly #pods = new LRUCache<string, boolean>({
    max: MOST_PODS,
    ttl: PODS_EVERY_MS,
    fetchMethod: (key) => this.#isThere(key),
  });

  constructor(
    @Inject(OwnClient) private readonly client: Pick<KubeClient, 'delete' | 'get'>,
    @Inject(Watches) private readonly watches: Sources,
    private readonly reporter: Reporter,
    @Inject(Histories) private readonly histories: Pick<Histories, 'isSurplus'>,
    @Inject(Clock) private readonly clock: Pick<Clock, 'now'>,
  ) {}

  /** @param key namespace/name */
  async reconcile(key: string): Promise<Again> {
    const [namespace = '', name = ''] = key.split('/');
    const gathered = gather(this.watches, namespace, name);
    if (!gathered) return;
    const { session } = gathered;
    if (isLeft(gathered)) return this.#endLeft(session);
    const removal = this.histories.isSurplus(session) ? 0 : removalOf(gathered);
    if (removal === undefined) return;
    const wait = removal - this.clock.now();
    if (wait > 0) return { again: Math.min(wait, LONGEST_SLEEP_MS) };
    await remove(this.client, types.gateSessions, session.metadata);
  }

  /** Its pod may still have some seconds to end its consoles, with better reasons. */
  async #endLeft({ metadata, spec }: GateSession): Promise<Again> {
    const { name = '', namespace = '', uid = '', resourceVersion = '' } = metadata;
    if (await this.#pods.fetch(`${namespace}/${spec.pod}`)) return { again: PODS_EVERY_MS };
    const version = { name, namespace, uid, resourceVersion };
    await this.reporter.writeStatus(types.gateSessions, version, endOfLeft(new Date(this.clock.now())));
  }

  /** @param key namespace/name of a pod */
  async #isThere(key: string): Promise<boolean> {
    const [namespace = '', name = ''] = key.split('/');
    try {
      await this.client.get(types.pods, name, namespace);
      return true;
    } catch (error) {
      if (isKubeError(error, 404)) return false;
      throw error;
    }
  }
}
