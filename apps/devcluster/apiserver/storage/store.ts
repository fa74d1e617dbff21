import { type KubeObject } from '../types.js';
import { Bucket, storageKey, type Listener, type StoreEvent } from './bucket.js';
import { type Change, ChangeLog } from './log.js';

/** The object changed under the writer's hands; read it again. */
export class StaleError extends Error {
  override readonly name = 'StaleError';
}

/**
 * All objects in memory, one increasing revision over all of them, a bounded history per resource, everything on disk.
 * Objects are shared with readers: they are never changed in place. Every call is synchronous, so a caller that reads
 * and writes without awaiting between cannot be overtaken.
 */
export class Store {
  readonly #log: ChangeLog;
  readonly #report: (error: unknown) => void;
  readonly #buckets = new Map<string, Bucket>();
  #revision = 1;
  #base = 0;

  private constructor(log: ChangeLog, report: (error: unknown) => void) {
    this.#log = log;
    this.#report = report;
    log.replay(
      (base) => (this.#revision = this.#base = base),
      (change) => this.#load(change),
      (change) => this.#reload(change),
    );
  }

  /**
   * Opens or makes the folder. Errors of the file system pass through.
   * @param report gets what listeners throw: their faults are not the writer's
   */
  static open(dir: string, report: (error: unknown) => void = console.error): Store {
    return new Store(new ChangeLog(dir), report);
  }

  get revision(): number {
    return this.#revision;
  }

  get(bucket: string, name: string, namespace?: string): KubeObject | undefined {
    return this.#buckets.get(bucket)?.objects.get(storageKey(name, namespace));
  }

  list(bucket: string, namespace?: string): KubeObject[] {
    return this.#buckets.get(bucket)?.list(namespace) ?? [];
  }

  /**
   * Stores an object under its name and namespace with a new resourceVersion and answers it as stored. `expected` is
   * the resourceVersion that must stand there now, `undefined` for an object that must not exist yet.
   * @throws StaleError, or what the file system says: nothing is stored then
   */
  put(bucketName: string, object: KubeObject, expected: string | undefined): KubeObject {
    const bucket = this.#bucket(bucketName);
    const key = storageKey(object.metadata.name, object.metadata.namespace);
    const old = bucket.objects.get(key);
    if (old?.metadata.resourceVersion !== expected) throw new StaleError(`${bucketName} ${key}`);
    const revision = this.#revision + 1;
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } };
    this.#write({ revision, bucket: bucketName, key, object: stored });
    bucket.set(key, stored);
    bucket.emit({ type: old ? 'MODIFIED' : 'ADDED', revision, object: stored, ...(old ? { old } : {}) }, this.#report);
    return stored;
  }

  /**
   * Removes an object for good. `final` is its last state for the watchers (default: as stored).
   * @throws StaleError, or what the file system says: nothing is removed then
   */
  remove(bucketName: string, object: KubeObject, final: KubeObject = object): KubeObject {
    const bucket = this.#bucket(bucketName);
    const key = storageKey(object.metadata.name, object.metadata.namespace);
    const old = bucket.objects.get(key);
    if (!old || old.metadata.resourceVersion !== object.metadata.resourceVersion) {
      throw new StaleError(`${bucketName} ${key}`);
    }
    const revision = this.#revision + 1;
    const last = { ...final, metadata: { ...final.metadata, resourceVersion: String(revision) } };
    this.#write({ revision, bucket: bucketName, key, last });
    bucket.remove(key);
    bucket.emit({ type: 'DELETED', revision, object: last, old }, this.#report);
    return last;
  }

  /** Calls back on every event of a resource from now on. Returns the way to stop. */
  subscribe(bucketName: string, listener: Listener): () => void {
    const bucket = this.#bucket(bucketName);
    bucket.listeners.add(listener);
    return () => bucket.listeners.delete(listener);
  }

  /** The events of a resource after a revision; undefined when some of them are gone. */
  since(bucketName: string, revision: number): StoreEvent[] | undefined {
    return this.#bucket(bucketName).since(revision);
  }

  /** Writes what is open. The store takes no more changes afterwards. */
  close(): void {
    this.#log.close();
  }

  #bucket(name: string): Bucket {
    let bucket = this.#buckets.get(name);
    if (!bucket) {
      bucket = new Bucket(this.#base);
      this.#buckets.set(name, bucket);
    }
    return bucket;
  }

  #load(change: Change): void {
    if (change.object) this.#bucket(change.bucket).set(change.key, change.object);
  }

  #reload(change: Change): void {
    const bucket = this.#bucket(change.bucket);
    const old = bucket.objects.get(change.key);
    if (change.object) {
      bucket.set(change.key, change.object);
      bucket.remember({
        type: old ? 'MODIFIED' : 'ADDED',
        revision: change.revision,
        object: change.object,
        ...(old ? { old } : {}),
      });
    } else if (change.last) {
      bucket.remove(change.key);
      bucket.remember({ type: 'DELETED', revision: change.revision, object: change.last, ...(old ? { old } : {}) });
    }
    this.#revision = Math.max(this.#revision, change.revision);
  }

  /** A full log gives way to a snapshot first: after the change it would be too late to say that this failed. */
  #write(change: Change): void {
    if (this.#log.full) this.#log.compact(this.#revision, this.#state());
    this.#log.append(change);
    this.#revision = change.revision;
  }

  *#state(): Generator<Change> {
    for (const [bucket, { objects }] of this.#buckets) {
      for (const [key, object] of objects) yield { revision: this.#revision, bucket, key, object };
    }
  }
}
