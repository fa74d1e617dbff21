import { type Again, isKubeError, type KubeObject, type ResourceType, WorkQueue } from '#libs/kube';
import { type Cache } from './cache.js';

/** What a controller looks at: an event of `type` means work on the keys (`namespace/name`) that `keys` names. */
export interface Source {
  type: ResourceType;
  keys: (object: KubeObject) => string[];
}

const MAX_BACKOFF_MS = 10_000;

/**
 * A work queue fed by informers. `reconcile` reads what is and writes what should be; a conflict, or an object that is gone
 * meanwhile, is not a fault: its event queues the key again.
 */
export class Controller {
  private readonly queue: WorkQueue;

  constructor(
    cache: Cache,
    sources: Source[],
    reconcile: (namespace: string, name: string) => Promise<Again>,
    onError: (error: unknown, key: string) => void,
  ) {
    this.queue = new WorkQueue((key) => reconcile(...split(key)), {
      maxMs: MAX_BACKOFF_MS,
      onError: (error, key) => isKubeError(error, 404, 409) || onError(error, key),
    });
    for (const { type, keys } of sources) {
      const add = (object: KubeObject): void => keys(object).forEach((key) => this.queue.add(key));
      // An object that changes hands belongs to its former keys too.
      cache
        .of(type)
        .on('put', (object, old) => (add(object), old && add(old)))
        .on('delete', add);
    }
  }

  add(key: string): void {
    this.queue.add(key);
  }

  stop(): Promise<void> {
    return this.queue.stop();
  }
}

function split(key: string): [namespace: string, name: string] {
  const slash = key.indexOf('/');
  return slash < 0 ? ['', key] : [key.slice(0, slash), key.slice(slash + 1)];
}
