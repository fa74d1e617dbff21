import { copyOf, same } from './fields.js';
import { bucketOf, type Registry } from './registry.js';
import { type Store } from './storage/store.js';
import { type KubeObject, type ObjectAccess } from './types.js';
import { finished } from './rest/update.js';

/** The server's own hand in the store. */
export class StoredObjects implements ObjectAccess {
  readonly #store: Store;
  readonly #registry: Registry;

  constructor(store: Store, registry: Registry) {
    this.#store = store;
    this.#registry = registry;
  }

  get(group: string, resource: string, name: string, namespace?: string): KubeObject | undefined {
    return this.#store.get(this.#bucket(group, resource), name, namespace);
  }

  list(group: string, resource: string, namespace?: string): readonly KubeObject[] {
    return this.#store.list(this.#bucket(group, resource), namespace);
  }

  update(
    group: string,
    resource: string,
    name: string,
    namespace: string | undefined,
    change: (obj: KubeObject) => void,
  ): void {
    const bucket = this.#bucket(group, resource);
    const stored = this.#store.get(bucket, name, namespace);
    if (!stored) return;
    const next = copyOf(stored);
    change(next);
    if (same(next, stored)) return;
    if (finished(next)) this.#store.remove(bucket, stored, next);
    else this.#store.put(bucket, next, stored.metadata.resourceVersion);
  }

  onChange(group: string, resource: string, listener: () => void): () => void {
    return this.#store.subscribe(this.#bucket(group, resource), listener);
  }

  #bucket(group: string, resource: string): string {
    const def = this.#registry.findAny(group, resource);
    return def ? bucketOf(def) : `${group}/${resource}`;
  }
}
