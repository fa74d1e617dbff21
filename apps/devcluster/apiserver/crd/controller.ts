import { type Context } from '../context.js';
import { recordsOf } from '../fields.js';
import { CRD_CLEANUP } from '../kinds/crd.js';
import { bucketOf } from '../registry.js';
import { deleteObject } from '../rest/delete.js';
import { type CompiledSchema, type KubeObject, type ResourceDef } from '../types.js';
import { type Compile, definitionsOf } from './definition.js';

const GROUP = 'apiextensions.k8s.io';
const RESOURCE = 'customresourcedefinitions';
const BUCKET = `${GROUP}/${RESOURCE}`;

/** Serves what the CRDs say, from the moment that they are stored, and clears away what deleted ones leave. */
export class CrdController {
  readonly #ctx: Context;
  readonly #compile: Compile;
  /** By name: the generation that is served. */
  readonly #served = new Map<string, string>();
  readonly #watching = new Map<string, () => void>();
  readonly #stop: () => void;

  constructor(ctx: Context, compile: Compile) {
    this.#ctx = ctx;
    this.#compile = compile;
    for (const crd of ctx.store.list(BUCKET)) this.#serve(crd);
    this.#stop = ctx.store.subscribe(BUCKET, ({ type, object }) => {
      if (type === 'DELETED') this.#drop(object);
      else this.#serve(object);
      if (object.metadata.deletionTimestamp) queueMicrotask(() => void this.#clear(object.metadata.name));
    });
    for (const crd of ctx.store.list(BUCKET)) if (crd.metadata.deletionTimestamp) void this.#clear(crd.metadata.name);
  }

  stop(): void {
    this.#stop();
    for (const stop of this.#watching.values()) stop();
  }

  #serve(crd: KubeObject): void {
    const { name } = crd.metadata;
    const generation = `${crd.metadata.uid}/${crd.metadata.generation}`;
    if (!isEstablished(crd) || this.#served.get(name) === generation) return;
    this.#ctx.registry.setCustom(name, this.#definitions(crd));
    this.#served.set(name, generation);
  }

  /** A stored schema that this server refuses (another release took it) costs its own kind, not the whole server. */
  #definitions(crd: KubeObject): ResourceDef[] {
    try {
      return definitionsOf(crd, this.#compile);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      console.error(`CustomResourceDefinition ${crd.metadata.name} is not served: ${why}`);
      return [];
    }
  }

  #drop({ metadata }: KubeObject): void {
    this.#served.delete(metadata.name);
    this.#watching.get(metadata.name)?.();
    this.#watching.delete(metadata.name);
    this.#ctx.registry.setCustom(metadata.name, []);
  }

  /** Deletes the instances of a CRD that is on its way out, and lets it go when the last is gone. */
  async #clear(name: string): Promise<void> {
    const crd = this.#ctx.store.get(BUCKET, name);
    if (!crd?.metadata.finalizers?.includes(CRD_CLEANUP)) return;
    const def = definitionsOf(crd, () => UNCHECKED)[0];
    if (def && !(await this.#emptied(name, def))) return;
    this.#ctx.objects.update(GROUP, RESOURCE, name, undefined, ({ metadata }) => {
      metadata.finalizers = (metadata.finalizers ?? []).filter((finalizer) => finalizer !== CRD_CLEANUP);
    });
  }

  async #emptied(name: string, def: ResourceDef): Promise<boolean> {
    const bucket = bucketOf(def);
    for (const object of this.#ctx.store.list(bucket)) {
      if (object.metadata.deletionTimestamp) continue;
      await deleteObject(this.#ctx, ownCall(def), object, {
        policy: '',
        grace: undefined,
        uid: '',
        resourceVersion: '',
      });
    }
    if (this.#ctx.store.list(bucket).length === 0) return true;
    if (!this.#watching.has(name)) {
      const again = this.#ctx.store.subscribe(bucket, ({ type }) => {
        if (type === 'DELETED') queueMicrotask(() => void this.#clear(name));
      });
      this.#watching.set(name, again);
    }
    return false;
  }
}

/** For objects that are only to be deleted. */
const UNCHECKED: CompiledSchema = { prune: (obj) => obj, default: (obj) => obj, validate: () => [] };

const isEstablished = (crd: KubeObject): boolean =>
  recordsOf(crd.status?.['conditions']).some(({ type, status }) => type === 'Established' && status === 'True');

const ownCall = (def: ResourceDef): Parameters<typeof deleteObject>[1] => ({
  def,
  verb: 'delete',
  namespace: undefined,
  name: '',
  subresource: '',
  query: new URLSearchParams(),
  user: { username: 'system:apiserver', groups: ['system:masters'] },
  contentType: '',
  accept: '',
  userAgent: '',
  body: Buffer.alloc(0),
  own: true,
});
