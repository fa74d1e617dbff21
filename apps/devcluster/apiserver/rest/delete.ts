import { type Call, type Context, isDryRun, timestamp } from '../context.js';
import { copyOf, fieldsOf, isFields, numberOf, same, setOrRemove, textOf, textsOf } from '../fields.js';
import { bucketOf } from '../registry.js';
import { ApiError, badRequest, cause, conflict, invalid, modified, notFound } from '../status.js';
import { StaleError } from '../storage/store.js';
import { type Fields, type KubeObject, type ResourceDef } from '../types.js';
import { admitted } from './admitted.js';
import { present } from './convert.js';
import { decodeBody } from './decode.js';
import { whole } from './list-options.js';
import { finished } from './update.js';

export interface DeleteOptions {
  policy: string;
  grace: number | undefined;
  uid: string;
  resourceVersion: string;
}

const ORPHAN = 'orphan';
const FOREGROUND = 'foregroundDeletion';
const POLICIES = ['Foreground', 'Background', 'Orphan'];

/**
 * The options of the body, or else of the query.
 * @throws ApiError 400, 422
 */
function deleteOptions(call: Call): DeleteOptions {
  const body = call.body.length ? decodeBody(call) : {};
  if (!isFields(body) || (body['kind'] ?? 'DeleteOptions') !== 'DeleteOptions') {
    throw badRequest('the body of a delete request must be DeleteOptions');
  }
  const given = (name: string): unknown => body[name] ?? call.query.get(name) ?? undefined;
  for (const value of textsOf(body['dryRun'])) call.query.append('dryRun', value);
  const policy = given('propagationPolicy');
  const dryRun = call.query.getAll('dryRun');
  const causes = [
    ...(policy === undefined || POLICIES.includes(textOf(policy))
      ? []
      : [cause.unsupported('propagationPolicy', policy, POLICIES)]),
    // A dry run that is not understood must not become a real one.
    ...(dryRun.every((value) => value === 'All') ? [] : [cause.unsupported('dryRun', dryRun, ['All'])]),
  ];
  if (causes.length) throw invalid({ group: 'meta.k8s.io', kind: 'DeleteOptions' }, '', causes);
  const grace = given('gracePeriodSeconds');
  const preconditions = fieldsOf(body['preconditions']);
  return {
    policy: textOf(policy),
    grace: grace === undefined ? undefined : whole('gracePeriodSeconds', grace),
    uid: textOf(preconditions['uid']),
    resourceVersion: textOf(preconditions['resourceVersion']),
  };
}

/** DELETE of one object: a Status where it is gone, the object where it stays for a while. */
export async function remove(ctx: Context, call: Call): Promise<Fields> {
  const options = deleteOptions(call);
  const stored = ctx.store.get(bucketOf(call.def), call.name, call.namespace);
  if (!stored) throw notFound(call.def, call.name);
  const { object, gone } = await deleteObject(ctx, call, stored, options);
  if (!gone || call.def.strategy?.returnsDeleted) return present(call.def, object);
  return deleted(call.def, object);
}

const deleted = (def: ResourceDef, { metadata }: KubeObject): Fields => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Success',
  details: {
    name: metadata.name,
    ...(def.group ? { group: def.group } : {}),
    kind: def.resource,
    uid: metadata.uid,
  },
});

/** DELETE of a collection. Objects that are gone by the time their turn comes are skipped. */
export async function removeAll(ctx: Context, call: Call, objects: KubeObject[]): Promise<void> {
  const options = deleteOptions(call);
  for (const { metadata } of objects) {
    const stored = ctx.store.get(bucketOf(call.def), metadata.name, metadata.namespace);
    if (stored) await deleteObject(ctx, call, stored, options).catch(unlessGone);
  }
}

function unlessGone(error: unknown): void {
  if (!(error instanceof ApiError && error.code === 404)) throw error;
}

/**
 * Deletes, or marks as deleted what something still holds (finalizers, a pod's grace, a namespace's content).
 * @throws ApiError 409
 */
export async function deleteObject(
  ctx: Context,
  call: Call,
  stored: KubeObject,
  options: DeleteOptions,
): Promise<{ object: KubeObject; gone: boolean }> {
  checkPreconditions(call, stored, options);
  const { def } = call;
  await admitDeletion(ctx, call, stored);
  // Webhooks take their time: what was written meanwhile is checked again, preconditions included.
  const current = ctx.store.get(bucketOf(def), stored.metadata.name, stored.metadata.namespace);
  if (!current) throw notFound(def, stored.metadata.name);
  return current === stored ? deleteCurrent(ctx, call, stored, options) : deleteObject(ctx, call, current, options);
}

async function admitDeletion(ctx: Context, call: Call, stored: KubeObject): Promise<void> {
  const { def } = call;
  const request = { ...admitted(call, 'DELETE'), subresource: '', name: call.name, old: present(def, stored) };
  const at = { ...request, namespace: stored.metadata.namespace };
  await ctx.admission.mutate(at);
  await ctx.admission.validate(at);
}

function deleteCurrent(
  ctx: Context,
  call: Call,
  stored: KubeObject,
  options: DeleteOptions,
): { object: KubeObject; gone: boolean } {
  const { def } = call;
  const marked = mark(ctx, stored, options);
  const gone = finished(marked);
  if (isDryRun(call)) return { object: gone ? stored : marked, gone };
  try {
    if (gone) {
      // A pod is always given its time, be it none.
      const last = stored.metadata.deletionTimestamp || isPod(stored) ? marked : stored;
      return { object: ctx.store.remove(bucketOf(def), stored, last), gone };
    }
    if (same(marked, stored)) return { object: stored, gone };
    return { object: ctx.store.put(bucketOf(def), marked, stored.metadata.resourceVersion), gone };
  } catch (error) {
    throw error instanceof StaleError ? modified(def, stored.metadata.name) : error;
  }
}

/** @throws ApiError 409 */
function checkPreconditions({ def }: Call, { metadata }: KubeObject, options: DeleteOptions): void {
  for (const part of ['uid', 'resourceVersion'] as const) {
    if (!options[part] || options[part] === metadata[part]) continue;
    const found = `the object has the ${part} ${metadata[part]}`;
    throw conflict(def, metadata.name, `the precondition names the ${part} ${options[part]}, ${found}`);
  }
}

function mark(ctx: Context, stored: KubeObject, options: DeleteOptions): KubeObject {
  const object = copyOf(stored);
  const { metadata } = object;
  setOrRemove(metadata, 'finalizers', finalizersFor(object, options.policy));
  const grace = graceOf(object, options.grace);
  const first = !metadata.deletionTimestamp;
  if (first || grace < numberOf(metadata.deletionGracePeriodSeconds)) {
    const from = first ? ctx.now() : startOfDeletion(object);
    metadata.deletionTimestamp = timestamp(new Date(from.getTime() + grace * 1000));
    metadata.deletionGracePeriodSeconds = grace;
  }
  if (first && metadata.generation) metadata.generation += 1;
  if (isNamespace(object)) {
    delete metadata.deletionGracePeriodSeconds;
    object.status = { ...object.status, phase: 'Terminating' };
  }
  return object;
}

const isPod = (object: KubeObject): boolean => object.kind === 'Pod' && object.apiVersion === 'v1';

const isNamespace = (object: KubeObject): boolean => object.kind === 'Namespace' && object.apiVersion === 'v1';

const startOfDeletion = ({ metadata }: KubeObject): Date =>
  new Date(Date.parse(metadata.deletionTimestamp ?? '') - numberOf(metadata.deletionGracePeriodSeconds) * 1000);

function finalizersFor(object: KubeObject, policy: string): string[] | undefined {
  const present = object.metadata.finalizers ?? [];
  const others = present.filter((finalizer) => finalizer !== ORPHAN && finalizer !== FOREGROUND);
  const orphan = policy ? policy === 'Orphan' : present.includes(ORPHAN);
  const foreground = policy ? policy === 'Foreground' : present.includes(FOREGROUND);
  const all = [...others, ...(orphan ? [ORPHAN] : []), ...(foreground && !orphan ? [FOREGROUND] : [])];
  return all.length ? all : undefined;
}

/** Seconds that a pod on a node gets; everything else goes at once. */
function graceOf(object: KubeObject, asked: number | undefined): number {
  if (!isPod(object) || !object.spec?.['nodeName']) return 0;
  if (['Succeeded', 'Failed'].includes(textOf(object.status?.['phase']))) return 0;
  return asked ?? numberOf(object.spec['terminationGracePeriodSeconds'], 30);
}
