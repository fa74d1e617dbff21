import { randomUUID } from 'node:crypto';
import { type KubeObject } from '#libs/kube';

export type Stored = KubeObject & { spec?: Record<string, unknown>; status?: Record<string, unknown>; data?: unknown };
export interface WatchEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  object: Stored;
}

/** Answers of the fake that are errors. */
export class ApiFault extends Error {
  constructor(
    readonly code: number,
    readonly reason: string,
    message: string,
  ) {
    super(message);
  }
}

/** Objects of one fake API server: enough of storage for get, list, watch and optimistic locking. */
export class ObjectStore {
  #version = 100;
  readonly #objects = new Map<string, Stored>();
  readonly #listeners = new Set<(resource: string, change: WatchEvent) => void>();

  get version(): string {
    return String(this.#version);
  }

  onChange(listener: (resource: string, change: WatchEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  list(resource: string): Stored[] {
    return [...this.#objects].flatMap(([key, object]) => (key.startsWith(`${resource}/`) ? [object] : []));
  }

  find(resource: string, name: string): Stored | undefined {
    return this.#objects.get(`${resource}/${name}`);
  }

  get(resource: string, name: string): Stored {
    const found = this.find(resource, name);
    if (found === undefined) throw new ApiFault(404, 'NotFound', `${resource} "${name}" not found`);
    return found;
  }

  create(resource: string, object: Stored): Stored {
    const name = object.metadata.name ?? `${object.metadata.generateName ?? ''}${randomUUID().slice(0, 8)}`;
    if (this.find(resource, name) !== undefined) throw new ApiFault(409, 'AlreadyExists', `${name} exists already`);
    const metadata = {
      uid: randomUUID(),
      creationTimestamp: new Date().toISOString(),
      namespace: 'ns',
      ...object.metadata,
      name,
    };
    return this.keep(resource, 'ADDED', { ...object, metadata });
  }

  /** @param change gives the new object; its resourceVersion, where it has one, must be the newest */
  update(resource: string, name: string, change: (old: Stored) => Stored): Stored {
    const old = this.get(resource, name);
    const next = change(old);
    const asked = next.metadata.resourceVersion;
    if (asked !== undefined && asked !== old.metadata.resourceVersion)
      throw new ApiFault(409, 'Conflict', 'the object has been modified');
    return this.keep(resource, 'MODIFIED', {
      ...next,
      metadata: { ...next.metadata, uid: old.metadata.uid ?? '', name },
    });
  }

  delete(resource: string, name: string, precondition?: { uid?: string; resourceVersion?: string }): Stored {
    const { metadata } = this.get(resource, name);
    const { uid, resourceVersion } = precondition ?? {};
    if (
      (uid !== undefined && uid !== metadata.uid) ||
      (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion)
    ) {
      throw new ApiFault(409, 'Conflict', 'the precondition does not hold');
    }
    const object = this.get(resource, name);
    if (object.metadata.finalizers?.length)
      return this.update(resource, name, (old) => ({
        ...old,
        metadata: { ...old.metadata, deletionTimestamp: new Date().toISOString() },
      }));
    this.#objects.delete(`${resource}/${name}`);
    return this.tell(resource, 'DELETED', this.numbered(object));
  }

  private keep(resource: string, type: WatchEvent['type'], object: Stored): Stored {
    const numbered = this.numbered(object);
    this.#objects.set(`${resource}/${numbered.metadata.name ?? ''}`, numbered);
    return this.tell(resource, type, numbered);
  }

  private numbered(object: Stored): Stored {
    this.#version += 1;
    return { ...object, metadata: { ...object.metadata, resourceVersion: this.version } };
  }

  private tell(resource: string, type: WatchEvent['type'], object: Stored): Stored {
    for (const listener of this.#listeners) listener(resource, { type, object });
    return object;
  }
}

/** JSON merge patch (RFC 7386). */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const base = typeof target === 'object' && target !== null && !Array.isArray(target) ? target : {};
  const result: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = mergePatch(result[key], value);
  }
  return result;
}
