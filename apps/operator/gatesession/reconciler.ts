import { type Again, isKubeError, type KubeClient, types } from '#libs/kube';
import { removalOf } from './desired.js';
import { gather, type Sources } from './gather.js';

const LONGEST_SLEEP_MS = 6 * 3_600_000;

export interface SessionReconcilerOptions {
  client: Pick<KubeClient, 'delete'>;
  watches: Sources;
  now: () => number;
}

/** GateSession -> deleted when its retention is over. Its status is the gateway's alone. */
export class SessionReconciler {
  constructor(private readonly options: SessionReconcilerOptions) {}

  /** @param key namespace/name */
  async reconcile(key: string): Promise<Again> {
    const { watches, now } = this.options;
    const [namespace = '', name = ''] = key.split('/');
    const gathered = gather(watches, namespace, name);
    const removal = gathered && removalOf(gathered);
    if (!gathered || removal === undefined) return;
    const wait = removal - now();
    if (wait > 0) return { again: Math.min(wait, LONGEST_SLEEP_MS) };
    await this.#remove(namespace, name, gathered.session.metadata.uid);
  }

  async #remove(namespace: string, name: string, uid: string | undefined): Promise<void> {
    try {
      await this.options.client.delete(types.gateSessions, name, namespace, uid ? { uid } : {});
    } catch (error) {
      if (!isKubeError(error, 404, 409)) throw error;
    }
  }
}
