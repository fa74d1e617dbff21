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

/** The last known state of a kind's objects. Every method tells what changed by it. */
export class Store<T extends KubeObject> {
  readonly #objects = new Map<string, T>();

  get(key: string): T | undefined {
    return this.#objects.get(key);
  }

  list(): T[] {
    return [...this.#objects.values()];
  }

  put(object: T): Change<T>[] {
    const key = keyOf(object);
    const old = this.#objects.get(key);
    const same = old?.metadata.uid === object.metadata.uid;
    if (old && same && old.metadata.resourceVersion === object.metadata.resourceVersion) return [];
    this.#objects.set(key, object);
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
    return this.#objects.delete(keyOf(object)) ? [{ type: 'delete', object }] : [];
  }

  /** Takes a fresh list for the whole truth. */
  replace(objects: T[]): Change<T>[] {
    const keys = new Set(objects.map(keyOf));
    const gone = [...this.#objects].filter(([key]) => !keys.has(key));
    for (const [key] of gone) this.#objects.delete(key);
    return [
      ...gone.map(([, object]): Change<T> => ({ type: 'delete', object })),
      ...objects.flatMap((object) => this.put(object)),
    ];
  }
}
