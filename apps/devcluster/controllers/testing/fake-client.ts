import { KubeError, keyOf, type DeleteOptions, type KubeClient, type KubeObject, type ResourceType } from '#libs/kube';

/** A write that a test asserts: `create pods web/a`, with its body. */
export interface Write {
  call: string;
  body: unknown;
}

/**
 * Stands for the API server in tests of one pass: answers reads from the given objects, records writes, changes nothing
 * but that a created object is there afterwards. Selectors are not looked at.
 */
export class FakeClient {
  readonly writes: Write[] = [];
  private serial = 0;

  constructor(private readonly objects: Map<string, KubeObject[]> = new Map()) {}

  /** What the code under test takes. */
  get client(): KubeClient {
    return this as unknown as KubeClient;
  }

  /** The names of all writes, in order. */
  get calls(): string[] {
    return this.writes.map(({ call }) => call);
  }

  with(type: ResourceType, ...objects: KubeObject[]): this {
    this.objects.set(type.resource, [...this.all(type), ...objects]);
    return this;
  }

  async get(type: ResourceType, name: string, namespace?: string): Promise<KubeObject> {
    const found = this.all(type).find((object) => keyOf(object) === (namespace ? `${namespace}/${name}` : name));
    if (!found) throw notFound(type, name);
    return found;
  }

  async list(type: ResourceType, namespace?: string): Promise<{ items: KubeObject[] }> {
    return {
      items: this.all(type).filter(({ metadata }) => namespace === undefined || metadata.namespace === namespace),
    };
  }

  async create(type: ResourceType, object: KubeObject): Promise<KubeObject> {
    this.serial += 1;
    const { metadata } = object;
    const name = metadata.name ?? `${metadata.generateName}${this.serial}`;
    const made = { ...object, metadata: { ...metadata, name, uid: `uid-${name}` } };
    this.record('create', type, keyOf(made), object);
    this.with(type, made);
    return made;
  }

  async replace(type: ResourceType, object: KubeObject): Promise<KubeObject> {
    this.record('replace', type, keyOf(object), object);
    return object;
  }

  async patch(
    type: ResourceType,
    name: string,
    namespace: string | undefined,
    body: object,
    _: string,
    options: { subresource?: string } = {},
  ): Promise<KubeObject> {
    const key = namespace ? `${namespace}/${name}` : name;
    this.record('patch', type, options.subresource ? `${key} ${options.subresource}` : key, body);
    const found = this.all(type).find((object) => keyOf(object) === key);
    return merge(found ?? { metadata: { name } }, body);
  }

  async delete(type: ResourceType, name: string, namespace?: string, options: DeleteOptions = {}): Promise<void> {
    this.record('delete', type, namespace ? `${namespace}/${name}` : name, options);
  }

  /** Discovery of exactly the types that were given. */
  async request(_: string, path: string): Promise<{ body: { json(): Promise<unknown> } }> {
    return { body: { json: async () => this.discovery.get(path) ?? { resources: [] } } };
  }

  readonly discovery = new Map<string, unknown>();

  private all(type: ResourceType): KubeObject[] {
    return this.objects.get(type.resource) ?? [];
  }

  private record(verb: string, type: ResourceType, key: string, body: unknown): void {
    this.writes.push({ call: `${verb} ${type.resource} ${key}`, body });
  }
}

const notFound = (type: ResourceType, name: string): KubeError =>
  new KubeError({ code: 404, reason: 'NotFound', message: `${type.resource} "${name}" not found` });

function merge<T>(object: T, patch: object): T {
  const out = { ...object } as Record<string, unknown>;
  for (const [key, value] of Object.entries(patch)) {
    const both = isPlain(value) && isPlain(out[key]);
    out[key] = both ? merge(out[key], value as object) : value;
  }
  return out as T;
}

const isPlain = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);
