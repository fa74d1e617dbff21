import { randomBytes, randomUUID } from 'node:crypto';
import { type Call, type Context, isDryRun, timestamp } from '../context.js';
import { trackUpdate, withManaged } from '../apply/track.js';
import { bucketOf } from '../registry.js';
import { alreadyExists, badRequest, cause, invalid } from '../status.js';
import { StaleError } from '../storage/store.js';
import { type KubeObject, type ObjectMeta, type ResourceDef } from '../types.js';
import { admitted } from './admitted.js';
import { present, toStorage } from './convert.js';
import { decodeObject } from './decode.js';
import { checkNamespace, complete, refuseUnknownFields, validate } from './validate.js';

/** POST of a collection. */
export async function create(ctx: Context, call: Call): Promise<KubeObject> {
  return createFrom(ctx, call, decodeObject(call));
}

/** Kinds whose `metadata.generation` counts changes of the spec. */
const GENERATIONS = new Set([
  'Deployment',
  'ReplicaSet',
  'Ingress',
  'NetworkPolicy',
  'PodDisruptionBudget',
  'Pod',
  'MutatingWebhookConfiguration',
  'ValidatingWebhookConfiguration',
]);
export const counted = (def: ResourceDef): boolean =>
  def.custom === true || GENERATIONS.has(def.kind) || def.kind === 'CustomResourceDefinition';

/**
 * Stores a new object: one of a POST, or one that an apply found missing. Takes `object` over. `track` makes
 * its managedFields (default: those of an update).
 * @throws ApiError 400, 403, 404 (namespace), 409, 422
 */
export async function createFrom(
  ctx: Context,
  call: Call,
  object: KubeObject,
  track: (object: KubeObject) => KubeObject = (candidate) => trackUpdate(call, undefined, candidate, ctx.now()),
): Promise<KubeObject> {
  const { def } = call;
  cleaned(call, object);
  checkNamespace(ctx, def, call.namespace, object.metadata.name);
  refuseUnknownFields(call, object);
  // The client owns what it sent and the defaults, but no status; not what admission and the server make of it.
  const sent = complete(def, object);
  let ready = withManaged(sent, track(withoutStatus(def, sent)).metadata.managedFields);
  const request = { ...admitted(call, 'CREATE'), subresource: '' };
  await ctx.admission.mutate({ ...request, name: ready.metadata.name ?? '', object: ready });
  placeIn(call, ready);
  delete (ready.metadata as Partial<ObjectMeta>).resourceVersion;
  stamp(ctx, call, ready);
  ready = complete(def, def.custom ? withoutStatus(def, ready) : ready);
  def.strategy?.prepare?.(ready, undefined, ctx.objects);
  validate(def, ready, undefined);
  if (call.verb !== 'create') call.mayCreate?.();
  await ctx.admission.validate({ ...request, name: ready.metadata.name, object: ready });
  return present(def, commit(ctx, call, ready));
}

function commit(ctx: Context, call: Call, object: KubeObject): KubeObject {
  const { def } = call;
  const bucket = bucketOf(def);
  const { name, namespace } = object.metadata;
  if (ctx.store.get(bucket, name, namespace)) throw alreadyExists(def, name);
  const stored = toStorage(def, object);
  if (isDryRun(call)) return stored;
  try {
    return ctx.store.put(bucket, stored, undefined);
  } catch (error) {
    if (error instanceof StaleError) throw alreadyExists(def, name);
    throw error;
  }
}

/** Without what only the server writes. */
function cleaned(call: Call, object: KubeObject): void {
  const { metadata } = object;
  placeIn(call, object);
  if (!metadata.name && !metadata.generateName) {
    throw invalid(call.def, '', [cause.required('metadata.name', 'name or generateName is required')]);
  }
  for (const field of ['uid', 'creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds', 'selfLink']) {
    delete metadata[field];
  }
}

function withoutStatus(def: ResourceDef, object: KubeObject): KubeObject {
  const { status: _status, ...rest } = object;
  return def.subresources.status ? rest : object;
}

function stamp(ctx: Context, call: Call, { metadata }: KubeObject): void {
  if (!metadata.name && metadata.generateName) metadata.name = `${metadata.generateName.slice(0, 58)}${suffix()}`;
  metadata.uid = randomUUID();
  metadata.creationTimestamp = timestamp(ctx.now());
  if (counted(call.def)) metadata.generation = 1;
}

/** The namespace of the URL counts; the body may name no other. */
export function placeIn(call: Call, object: KubeObject): void {
  const { metadata } = object;
  if (!call.def.namespaced) {
    delete metadata.namespace;
    return;
  }
  if (metadata.namespace && metadata.namespace !== call.namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  if (call.namespace) metadata.namespace = call.namespace;
}

/** Five letters that make no words, as Kubernetes ends generated names. */
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';
const suffix = (): string => [...randomBytes(5)].map((byte) => ALPHABET[byte % ALPHABET.length]).join('');
