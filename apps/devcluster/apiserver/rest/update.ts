import { trackUpdate, withManaged } from '../apply/track.js';
import { type Call, type Context, isDryRun } from '../context.js';
import { copyOf, isFields, same, setOrRemove } from '../fields.js';
import { bucketOf } from '../registry.js';
import { cause, conflict, invalid, modified, notFound } from '../status.js';
import { StaleError } from '../storage/store.js';
import { type KubeObject, type ManagedFields, type ResourceDef } from '../types.js';
import { admitted } from './admitted.js';
import { present, toStorage } from './convert.js';
import { counted, placeIn } from './create.js';
import { checkName, decodeObject } from './decode.js';
import { complete, refuseUnknownFields, validate } from './validate.js';

const ATTEMPTS = 5;

/** Makes the wanted object out of the present one; may be called again after a concurrent write. */
type Change = (current: KubeObject) => KubeObject | Promise<KubeObject>;
/** Makes the managedFields of an object that is about to be stored. */
type Track = (old: KubeObject, object: KubeObject) => KubeObject;

/** PUT of an object or one of its subresources. */
export async function replace(ctx: Context, call: Call): Promise<KubeObject> {
  const body = decodeObject(call);
  checkName(call, body);
  placeIn(call, body);
  return updateWith(ctx, call, (current) => {
    const { uid } = body.metadata;
    if (uid && uid !== current.metadata.uid) {
      throw conflict(call.def, call.name, `the object has the uid ${current.metadata.uid}, not ${uid}`);
    }
    return copyOf(body);
  });
}

/**
 * Reads, changes, checks and stores an object; where nothing changed, nothing is written.
 * @throws ApiError 400, 404, 409, 422
 */
export async function updateWith(
  ctx: Context,
  call: Call,
  change: Change,
  track: Track = (old, object) => trackUpdate(call, old, object, ctx.now()),
): Promise<KubeObject> {
  const bucket = bucketOf(call.def);
  for (let attempt = 1; ; attempt += 1) {
    const stored = ctx.store.get(bucket, call.name, call.namespace);
    if (!stored) throw notFound(call.def, call.name);
    const old = present(call.def, stored);
    const wanted = await change(old);
    try {
      return await updateOnce(ctx, call, stored, old, wanted, track);
    } catch (error) {
      if (!(error instanceof StaleError)) throw error;
      if (attempt >= ATTEMPTS) throw modified(call.def, call.name);
    }
  }
}

async function updateOnce(
  ctx: Context,
  call: Call,
  stored: KubeObject,
  old: KubeObject,
  wanted: KubeObject,
  track: Track,
): Promise<KubeObject> {
  const { def, subresource } = call;
  refuseUnknownFields(call, wanted);
  setOrRemove(wanted.metadata, 'managedFields', managedFor(call, wanted, old));
  const sent = complete(def, wanted);
  // Webhooks see what the client sent; it owns what of that may stay. Whatever they make of it is judged like its own.
  const object = withManaged(sent, track(old, settled(call, sent, old)).metadata.managedFields);
  const request = { ...admitted(call, 'UPDATE'), name: call.name, old };
  await ctx.admission.mutate({ ...request, object });
  checkVersion(call, object, old);
  placeIn(call, object);
  const next = settled(call, complete(def, object), old);
  if (!subresource) def.strategy?.prepare?.(next, old, ctx.objects);
  validate(def, next, old);
  countGeneration(def, next, old);
  await ctx.admission.validate({ ...request, object: next });
  return present(def, commit(ctx, call, stored, next, old));
}

function commit(ctx: Context, call: Call, stored: KubeObject, next: KubeObject, old: KubeObject): KubeObject {
  const bucket = bucketOf(call.def);
  if (same(next, old)) return stored;
  const object = toStorage(call.def, next);
  if (isDryRun(call)) return object;
  if (finished(object)) {
    return ctx.store.remove(bucket, stored, object);
  }
  return ctx.store.put(bucket, object, stored.metadata.resourceVersion);
}

/** An object on its way out goes when nobody holds it any more. */
export function finished(object: KubeObject): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds = 0, finalizers = [] } = object.metadata;
  if (!deletionTimestamp || deletionGracePeriodSeconds > 0 || finalizers.length > 0) return false;
  const held = object.kind === 'Namespace' && object.apiVersion === 'v1' ? object.spec?.['finalizers'] : undefined;
  return !Array.isArray(held) || held.length === 0;
}

/** @throws ApiError 409, 422; Kubernetes names the resource in that where it names the kind elsewhere */
function checkVersion({ def, name }: Call, { metadata }: KubeObject, old: KubeObject): void {
  const { resourceVersion } = metadata;
  if (!resourceVersion && (def.custom || def.strategy?.versionedUpdates)) {
    const fault = cause.invalid('metadata.resourceVersion', 0, 'must be specified for an update');
    throw invalid({ group: def.group, kind: def.resource }, name, [fault]);
  }
  if (resourceVersion && resourceVersion !== old.metadata.resourceVersion) throw modified(def, name);
}

const KEPT = ['resourceVersion', 'creationTimestamp', 'generation', 'selfLink'];

/** The part of a write that its door lets through (apiserver/pkg/registry/rest/update.go); validation refuses the rest. */
function settled(call: Call, wanted: KubeObject, old: KubeObject): KubeObject {
  const next = separated(call, wanted, old);
  const { metadata } = next;
  metadata.uid ||= old.metadata.uid;
  for (const field of KEPT) setOrRemove(metadata, field, old.metadata[field]);
  const { deletionTimestamp = metadata.deletionTimestamp, deletionGracePeriodSeconds } = old.metadata;
  setOrRemove(metadata, 'deletionTimestamp', deletionTimestamp);
  setOrRemove(
    metadata,
    'deletionGracePeriodSeconds',
    metadata.deletionGracePeriodSeconds ?? deletionGracePeriodSeconds,
  );
  return next;
}

/** The main resource's writer may set who manages what: one empty entry forgets all. Others keep what is stored. */
function managedFor(call: Call, { metadata }: KubeObject, old: KubeObject): ManagedFields[] | undefined {
  const sent = metadata.managedFields;
  if (call.subresource || !Array.isArray(sent) || sent.length === 0) return old.metadata.managedFields;
  return sent.every((entry) => isFields(entry) && isFields(entry.fieldsV1)) ? sent : undefined;
}

/** The main resource leaves the status alone, the status leaves the rest alone. */
function separated(call: Call, wanted: KubeObject, old: KubeObject): KubeObject {
  const { def, subresource } = call;
  if (subresource === 'status') {
    const metadata = def.custom ? { ...old.metadata } : { ...wanted.metadata };
    setOrRemove(metadata, 'managedFields', wanted.metadata.managedFields);
    const next = { ...copyOf(old), metadata: copyOf(metadata) };
    setOrRemove(next, 'status', wanted.status);
    return next;
  }
  const next = copyOf(wanted);
  if (def.subresources.status) setOrRemove(next, 'status', copyOf(old.status));
  return next;
}

function countGeneration(def: ResourceDef, next: KubeObject, old: KubeObject): void {
  if (!counted(def)) return;
  const whole = def.custom || next.spec === undefined;
  const changed = whole ? !same(body(def, next), body(def, old)) : !same(next.spec, old.spec);
  if (changed) next.metadata.generation = (old.metadata.generation ?? 0) + 1;
}

/** All but metadata, and but the status where that is written apart. */
function body(def: ResourceDef, object: KubeObject): Record<string, unknown> {
  const { metadata: _metadata, status, ...rest } = object;
  return def.subresources.status ? rest : { ...rest, status };
}
