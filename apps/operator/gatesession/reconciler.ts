import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '#libs/ops';
import { type Again, type KubeClient, OwnClient, types } from '#libs/kube';
import { remove } from '../apply/remove.js';
import { Watches } from '../cluster/watches.js';
import { removalOf } from './desired.js';
import { gather, type Sources } from './gather.js';
import { Histories } from './histories.js';

const LONGEST_SLEEP_MS = 6 * 3_600_000;

/** GateSession -> deleted when its retention is over, or newer ones take its place. Its status is the gateway's alone. */
@Injectable()
export class SessionReconciler {
  constructor(
    @Inject(OwnClient) private readonly client: Pick<KubeClient, 'delete'>,
    @Inject(Watches) private readonly watches: Sources,
    @Inject(Histories) private readonly histories: Pick<Histories, 'isSurplus'>,
    @Inject(Clock) private readonly clock: Pick<Clock, 'now'>,
  ) {}

  /** @param key namespace/name */
  async reconcile(key: string): Promise<Again> {
    const [namespace = '', name = ''] = key.split('/');
    const gathered = gather(this.watches, namespace, name);
    if (!gathered) return;
    const { session } = gathered;
    const removal = this.histories.isSurplus(session) ? 0 : removalOf(gathered);
    if (removal === undefined) return;
    const wait = removal - this.clock.now();
    if (wait > 0) return { again: Math.min(wait, LONGEST_SLEEP_MS) };
    await remove(this.client, types.gateSessions, session.metadata);
  }
}
