import { randomUUID } from 'node:crypto';

export interface Meta {
  name?: string;
  generateName?: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  labels?: Record<string, string>;
  finalizers?: string[];
  [field: string]: unknown;
}
export interface Stored {
  metadata: Meta;
  [field: string]: unknown;
}
interface Change {
  readonly version: number;
  readonly object: Stored;
  /** As it is sent: written once, however many watch. */
  readonly line: string;
}
type Listener = (change: Change) => void;

/** An answer that is an error. */
export class Fault extends Error {
  readonly code: number;
  readonly reason: string;

  constructor(code: number, reason: string) {
    super(reason);
    this.code = code;
    this.reason = reason;
  }
}

const KEPT = 50_000;

/** The objects of one resource, across namespaces, and what became of them. */
class Kind {
  readonly objects = new Map<string, Stored>();
  readonly listeners = new Set<Listener>();
  changes: Change[] = [];
  /** Of the newest change that is no longer kept. */
  forgotten = 0;

  tell(type: string, object: Stored): Stored {
    const version = Number(object.metadata.resourceVersion);
    const change = { version, object, line: `${JSON.stringify({ type, object })}\n` };
    this.changes.push(change);
    if (this.changes.length > 2 * KEPT) {
      this.forgotten = this.changes[KEPT - 1]?.version ?? 0;
      this.changes = this.changes.slice(KEPT);
    }
    for (const listener of this.listeners) listener(change);
    return object;
  }
}

/** Objects in memory: enough of an API server's storage for list, watch, optimistic locking and finalizers. */
export class Objects {
  #version = 1;
  readonly #kinds = new Map<string, Kind>();

  get version(): string {
    return String(this.#version);
  }

  list(kind: string): Stored[] {
    return [...this.#kind(kind).objects.values()];
  }

  /** @throws Fault 404 */
  get(kind: string, namespace: string, name: string): Stored {
    const found = this.#kind(kind).objects.get(`${namespace}/${name}`);
    if (found === undefined) throw new Fault(404, 'NotFound');
    return found;
  }

  has(kind: string, namespace: string, name: string): boolean {
    return this.#kind(kind).objects.has(`${namespace}/${name}`);
  }

  /** @throws Fault 409 if there is one of this name */
  create(kind: string, namespace: string, object: Stored): Stored {
    const { generateName = '', ...meta } = object.metadata;
    const name = meta.name ?? `${generateName}${randomUUID().slice(0, 8)}`;
    if (this.has(kind, namespace, name)) throw new Fault(409, 'AlreadyExists');
    const creationTimestamp = new Date().toISOString().replace(/\.\d+/, '');
    const place = namespace === '' ? {} : { namespace };
    return this.#keep(kind, 'ADDED', {
      ...object,
      metadata: { creationTimestamp, generation: 1, ...meta, uid: randomUUID(), ...place, name },
    });
  }

  /**
   * @param change makes the new object of the old; a resourceVersion in it must be the newest
   * @throws Fault 404, or 409 where it is not
   */
  update(kind: string, namespace: string, name: string, change: (old: Stored) => Stored): Stored {
    const old = this.get(kind, namespace, name);
    const next = change(old);
    const { resourceVersion, uid } = next.metadata;
    const isStale = resourceVersion !== undefined && resourceVersion !== old.metadata.resourceVersion;
    if (isStale || (uid !== undefined && uid !== old.metadata.uid)) throw new Fault(409, 'Conflict');
    const { creationTimestamp, deletionTimestamp } = old.metadata;
    const fixed = {
      uid: old.metadata.uid ?? '',
      creationTimestamp,
      ...(deletionTimestamp ? { deletionTimestamp } : {}),
    };
    const object = { ...next, metadata: { ...next.metadata, ...fixed, name, namespace: old.metadata.namespace } };
    if (deletionTimestamp && !next.metadata.finalizers?.length) return this.#remove(kind, object as Stored);
    return this.#keep(kind, 'MODIFIED', object as Stored);
  }

  /** @throws Fault 404 */
  delete(kind: string, namespace: string, name: string): Stored {
    const object = this.get(kind, namespace, name);
    if (!object.metadata.finalizers?.length) return this.#remove(kind, object);
    const deletionTimestamp = new Date().toISOString();
    return this.#keep(kind, 'MODIFIED', { ...object, metadata: { ...object.metadata, deletionTimestamp } });
  }

  /**
   * @param listener told of every change after that version, and of each that follows
   * @returns ends it
   * @throws Fault 410 where those changes are no longer kept
   */
  watch(kind: string, since: number, listener: Listener): () => void {
    const { changes, listeners, forgotten } = this.#kind(kind);
    if (since < forgotten) throw new Fault(410, 'Expired');
    const first = changes.findLastIndex(({ version }) => version <= since) + 1;
    for (const change of changes.slice(first)) listener(change);
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  #kind(name: string): Kind {
    const found = this.#kinds.get(name) ?? new Kind();
    this.#kinds.set(name, found);
    return found;
  }

  #keep(kind: string, type: string, object: Stored): Stored {
    const numbered = this.#numbered(object);
    const { namespace = '', name = '' } = numbered.metadata;
    this.#kind(kind).objects.set(`${namespace}/${name}`, numbered);
    return this.#kind(kind).tell(type, numbered);
  }

  #remove(kind: string, object: Stored): Stored {
    const { namespace = '', name = '' } = object.metadata;
    this.#kind(kind).objects.delete(`${namespace}/${name}`);
    return this.#kind(kind).tell('DELETED', this.#numbered(object));
  }

  #numbered(object: Stored): Stored {
    this.#version += 1;
    return { ...object, metadata: { ...object.metadata, resourceVersion: this.version } };
  }
}

/** JSON merge patch (RFC 7386). */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const isObject = typeof target === 'object' && target !== null && !Array.isArray(target);
  const result: Record<string, unknown> = isObject ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = mergePatch(result[key], value);
  }
  return result;
}
