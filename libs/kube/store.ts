import { type KubeObject } from './types.js';

/** `namespace/name`, or the name alone: how objects and queue items are named. */
export function keyOf(obj: { metadata: { name?: string; namespace?: string } }): string {
  const { name = '', namespace } = obj.metadata;
  return namespace ? `${namespace}/${name}` : name;
}

export interface Change<T> {
  type: 'put' | 'delete';
  object: T;
  old?: T;
}

/** Finds the objects under something that they say, without a look at all others. */
class Index<T extends KubeObject> {
  readonly #found = new Map<string, Map<string, T>>();

  constructor(private readonly entriesOf: (object: T) => readonly string[]) {}

  get(entry: string): T[] {
    return [...(this.#found.get(entry)?.values() ?? [])];
  }

  change(key: string, old: T | undefined, object: T | undefined): void {
    const entries = object ? this.entriesOf(object) : [];
    for (const entry of old ? this.entriesOf(old) : []) if (!entries.includes(entry)) this.#drop(entry, key);
    if (!object) return;
    for (const entry of entries) {
      const found = this.#found.get(entry) ?? new Map<string, T>();
      this.#found.set(entry, found.set(key, object));
    }
  }

  #drop(entry: string, key: string): void {
    const found = this.#found.get(entry);
    found?.delete(key);
    if (found?.size === 0) this.#found.delete(entry);
  }
}

/** The last known state of a kind's objects. Every method tells what changed by it. */
export class Store<T extends KubeObject> {
  readonly #objects = new Map<string, T>();
  readonly #namespaces = new Index<T>(({ metadata }) => [metadata.namespace ?? '']);
  readonly #indexes: Index<T>[] = [this.#namespaces];

  get(key: string): T | undefined {
    return this.#objects.get(key);
  }

  /** @param namespace default: all of them */
  list(namespace?: string): T[] {
    return namespace === undefined ? [...this.#objects.values()] : this.#namespaces.get(namespace);
  }

  /**
   * @param entriesOf under what an object is to be found; a pure function, asked for each version of it
   * @returns finds the objects under an entry, in no order
   */
  index(entriesOf: (object: T) => readonly string[]): (entry: string) => T[] {
    const index = new Index(entriesOf);
    for (const [key, object] of this.#objects) index.change(key, undefined, object);
    this.#indexes.push(index);
    return (entry) => index.get(entry);
  }

  put(object: T): Change<T>[] {
    const key = keyOf(object);
    const old = this.#objects.get(key);
    const same = old?.metadata.uid === object.metadata.uid;
    if (old && same && old.metadata.resourceVersion === object.metadata.resourceVersion) return [];
    this.#set(key, object);
    if (!old) return [{ type: 'put', object }];
    // Another uid under the same name is another object: the old one is reported as deleted.
    if (old.metadata.uid !== object.metadata.uid)
      return [
        { type: 'delete', object: old },
        { type: 'put', object },
      ];
    return [{ type: 'put', object, old }];
  }

  delete(object: T): Change<T>[] {
    return this.#set(keyOf(object), undefined) ? [{ type: 'delete', object }] : [];
  }

  /** Takes a fresh list for the whole truth. */
  replace(objects: T[]): Change<T>[] {
    const keys = new Set(objects.map(keyOf));
    const gone = [...this.#objects].filter(([key]) => !keys.has(key));
    for (const [key] of gone) this.#set(key, undefined);
    return [
      ...gone.map(([, object]): Change<T> => ({ type: 'delete', object })),
      ...objects.flatMap((object) => this.put(object)),
    ];
  }

  /** @returns what was there before */
  #set(key: string, object: T | undefined): T | undefined {
    const old = this.#objects.get(key);
    if (object) this.#objects.set(key, object);
    else this.#objects.delete(key);
    for (const index of this.#indexes) index.change(key, old, object);
    return old;
  }
}
