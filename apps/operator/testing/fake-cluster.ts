import { KubeError, type KubeObject, type ReadOptions, type ResourceType, types } from '#libs/kube';
import { MANAGED_BY, OPERATOR } from '../cluster/labels.js';
import { made } from '../cluster/made.js';
import { type Manifest } from '../cluster/manifest.js';
import { OWNED } from '../cluster/watches.js';

/** Objects in memory, and a log of what was written: `apply deployments/n/a`, `apply gatetokens/n/a/status`. */
export class FakeCluster {
  readonly writes: string[] = [];
  /** Applied bodies, by the same names. */
  readonly bodies = new Map<string, Manifest>();
  /** Thrown instead of the next write that begins so. */
  readonly faults = new Map<string, KubeError>();
  /** Names of the Secrets that were read with their data. */
  readonly secretsRead: string[] = [];
  /** How often all objects of a kind were listed. */
  scans = 0;
  readonly #objects = new Map<string, Manifest>();
  readonly #essentials = new WeakMap<Manifest, KubeObject>();
  /** By UID. */
  readonly #forged = new Map<string, object>();
  #version = 0;

  put(type: ResourceType, object: KubeObject): Manifest {
    const { namespace, name } = object.metadata;
    this.#version += 1;
    const uid = object.metadata.uid ?? `uid-${this.#version}`;
    const metadata = { ...object.metadata, uid, resourceVersion: String(this.#version) };
    const stored = structuredClone({ ...object, metadata }) as Manifest;
    this.#objects.set(`${type.resource}/${namespace}/${name}`, stored);
    return stored;
  }

  take(type: ResourceType, name: string, namespace = 'n'): Manifest | undefined {
    return this.#objects.get(`${type.resource}/${namespace}/${name}`);
  }

  remove(type: ResourceType, name: string, namespace = 'n'): void {
    this.#objects.delete(`${type.resource}/${namespace}/${name}`);
  }

  names(): string[] {
    return [...this.#objects.keys()].sort();
  }

  readonly client = {
    get: async <T extends KubeObject>(
      type: ResourceType,
      name: string,
      namespace = '',
      { metadataOnly = false }: ReadOptions = {},
    ): Promise<T> => {
      const found = this.take(type, name, namespace);
      if (!found)
        throw new KubeError({ code: 404, reason: 'NotFound', message: `${type.resource} "${name}" not found` });
      if (type === types.secrets && !metadataOnly) this.secretsRead.push(name);
      return structuredClone(metadataOnly ? { metadata: found.metadata } : found) as unknown as T;
    },
    apply: async <T extends KubeObject>(type: ResourceType, object: T, opts: { subresource?: string }): Promise<T> => {
      const { namespace, name = '' } = object.metadata;
      const path = [type.resource, namespace, name, ...(opts.subresource ? [opts.subresource] : [])].join('/');
      this.#write(`apply ${path}`);
      const sent = structuredClone(object) as unknown as Manifest;
      this.bodies.set(path, sent);
      const old = this.take(type, name, namespace);
      const preconditions = ['uid', 'resourceVersion'] as const;
      if (preconditions.some((one) => sent.metadata[one] !== undefined && sent.metadata[one] !== old?.metadata[one]))
        throw new KubeError({ code: 409, reason: 'Conflict', message: `${path}: the object has been modified` });
      if (opts.subresource) return this.#putStatus(type, old, sent) as unknown as T;
      return this.put(type, merged(old, sent)) as unknown as T;
    },
    patch: async <T extends KubeObject>(
      type: ResourceType,
      name: string,
      namespace: string | undefined,
      body: unknown,
    ): Promise<T> => {
      this.#write(`patch ${type.resource}/${namespace}/${name}/status`);
      const old = await this.client.get<Manifest>(type, name, namespace);
      const sent = Object.entries((body as { status: object }).status);
      const kept = Object.entries(old['status'] ?? {}).filter(([field]) => !sent.some(([other]) => other === field));
      const status = Object.fromEntries([...kept, ...sent.filter(([, value]) => value !== null)]);
      return this.put(type, { ...old, status } as KubeObject) as unknown as T;
    },
    delete: async (type: ResourceType, name: string, namespace = ''): Promise<void> => {
      this.#write(`delete ${type.resource}/${namespace}/${name}`);
      this.remove(type, name, namespace);
    },
  };

  /** Somebody else writes these fields of a status: they are theirs until the operator sends them. */
  forge(type: ResourceType, name: string, status: object): void {
    const old = this.take(type, name);
    if (!old) throw new Error(`there is no ${name}`);
    const stored = this.put(type, { ...old, status: { ...(old['status'] as object), ...status } } as KubeObject);
    this.#forged.set(stored.metadata.uid ?? '', status);
  }

  /** By server-side apply: what others own in the status stays. */
  #putStatus(type: ResourceType, old: Manifest | undefined, { metadata, ...sent }: Manifest): Manifest {
    if (!old) throw new KubeError({ code: 404, reason: 'NotFound', message: `${metadata.name} not found` });
    const status = { ...this.#forged.get(old.metadata.uid ?? ''), ...(sent['status'] as object) };
    return this.put(type, { ...old, status } as KubeObject);
  }

  /** Behaves as an informer that is always up to date. @param copy what it keeps of an object; undefined: nothing */
  cache<T extends KubeObject>(type: ResourceType, copy = (object: Manifest) => object as KubeObject | undefined) {
    const all = () => [...this.#objects].flatMap(([key, one]) => (key.startsWith(`${type.resource}/`) ? [one] : []));
    const kept = () => all().flatMap((one) => (copy(one) as T | undefined) ?? []);
    const list = (namespace?: string): T[] => {
      if (namespace === undefined) this.scans += 1;
      return kept().filter(({ metadata }) => namespace === undefined || metadata.namespace === namespace);
    };
    const get = (name: string, namespace = 'n') => {
      const found = this.take(type, name, namespace);
      return found && (copy(found) as T | undefined);
    };
    const index = (entriesOf: (object: T) => readonly string[]) => (entry: string) =>
      kept().filter((object) => entriesOf(object).includes(entry));
    return { hasSynced: true, get, list, index };
  }

  /** As `cache`, of metadata alone: a copy for each version. */
  metadata(type: ResourceType) {
    return this.cache<KubeObject>(type, (object) => {
      const known = this.#essentials.get(object) ?? { metadata: object.metadata };
      this.#essentials.set(object, known);
      return known;
    });
  }

  /** What has the operator's label. */
  get owned() {
    const ours = (object: Manifest) => (isLabelled(object) ? made(object) : undefined);
    return new Map(OWNED.map((type) => [type, this.cache<Manifest>(type, ours)]));
  }

  /** What has been written since the last call. */
  written(): string[] {
    return this.writes.splice(0);
  }

  #write(what: string): void {
    const [prefix, fault] = [...this.faults].find(([start]) => what.startsWith(start)) ?? [];
    if (prefix !== undefined && fault) {
      this.faults.delete(prefix);
      throw fault;
    }
    this.writes.push(what);
  }
}

const isLabelled = ({ metadata }: KubeObject) => metadata.labels?.[MANAGED_BY] === OPERATOR;

/** As far as the tests need server-side apply: what others own in the metadata and the spec stays. */
function merged(old: Manifest | undefined, sent: Manifest): Manifest {
  const { uid, managedFields } = old?.metadata ?? {};
  const metadata = { ...sent.metadata, ...(uid ? { uid } : {}), ...(managedFields ? { managedFields } : {}) };
  const spec = { ...(old?.['spec'] as object | undefined), ...(sent['spec'] as object | undefined) };
  return { ...old, ...sent, ...('spec' in sent ? { spec } : {}), metadata };
}
