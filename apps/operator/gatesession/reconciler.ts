import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '#libs/ops';
import { type Again, type KubeClient, OwnClient, types } from '#libs/kube';
import { remove } from '../apply/remove.js';
import { Watches } from '../cluster/watches.js';
import { removalOf } from './desired.js';
import { gather, type Sources } from './gather.js';

const LONGEST_SLEEP_MS = 6 * 3_600_000;

/** GateSession -> deleted when its retention is over. Its status is the gateway's alone. */
@Injectable()
export class SessionReconciler {
  constructor(
    @Inject(OwnClient) private readonly client: Pick<KubeClient, 'delete'>,
    @Inject(Watches) private readonly watches: Sources,
    @Inject(Clock) private readonly clock: Pick<Clock, 'now'>,
  ) {}

  /** @param key namespace/name */
  async reconcile(key: string): Promise<Again> {
    const [namespace = '', name = ''] = key.split('/');
    const gathered = gather(this.watches, namespace, name);
    const removal = gathered && removalOf(gathered);
    if (!gathered || removal === undefined) return;
    const wait = removal - this.clock.now();
    if (wait > 0) return { again: Math.min(wait, LONGEST_SLEEP_MS) };
    await remove(this.client, types.gateSessions, gathered.session.metadata);
  }
}
