import { applyTo } from '../apply/apply.js';
import { withManaged } from '../apply/track.js';
import { type Call, type Context } from '../context.js';
import { apiVersionOf, bucketOf } from '../registry.js';
import { badRequest, conflict, notFound } from '../status.js';
import { type KubeObject, type ManagedFields } from '../types.js';
import { createFrom, placeIn } from './create.js';
import { asObject, checkName } from './decode.js';
import { updateWith } from './update.js';

/** Server-side apply: makes the object or merges what the manager wants into it. */
export async function applyObject(
  ctx: Context,
  call: Call,
  body: unknown,
): Promise<{ object: KubeObject; created: boolean }> {
  const wanted = wantedBy(call, body);
  let fields: ManagedFields[] | undefined;
  const apply = (live: KubeObject): KubeObject => {
    const { object, managedFields } = applyTo(call, live, structuredClone(wanted), ctx.now());
    fields = managedFields;
    return object;
  };
  const track = (object: KubeObject): KubeObject => withManaged(object, fields);
  if (ctx.store.get(bucketOf(call.def), call.name, call.namespace)) {
    const object = await updateWith(ctx, call, apply, (_old, next) => track(next));
    return { object, created: false };
  }
  if (call.subresource) throw notFound(call.def, call.name);
  if (wanted.metadata.uid) throw conflict(call.def, call.name, 'the object that it names by uid does not exist');
  const blank = { apiVersion: apiVersionOf(call.def), kind: call.def.kind, metadata: {} } as KubeObject;
  return { object: await createFrom(ctx, call, apply(blank), track), created: true };
}

function wantedBy(call: Call, body: unknown): KubeObject {
  const wanted = asObject(body, call.def);
  if (wanted.metadata.name) checkName(call, wanted);
  if (wanted.metadata.managedFields) throw badRequest('metadata.managedFields must be nil');
  wanted.metadata.name = call.name;
  refuseUndeclared(call, wanted);
  placeIn(call, wanted);
  return onlyFor(call, wanted);
}

/** What the schema does not know can have no owner: whatever fieldValidation says, it is refused here. */
function refuseUndeclared(call: Call, wanted: KubeObject): void {
  const unknown = (call.def.schema ?? call.def.fields)?.unknownFields?.(wanted) ?? [];
  if (unknown.length === 0) return;
  const faults = unknown.map((field) => `.${field}: field not declared in schema`);
  throw badRequest(`failed to create typed patch object: ${faults.join(', ')}`);
}

/** What cannot be written through this door is not owned through it either. */
function onlyFor(call: Call, wanted: KubeObject): KubeObject {
  const { apiVersion, kind, metadata, status, ...rest } = wanted;
  if (call.subresource === 'status') {
    const { name, namespace, uid, resourceVersion } = metadata;
    const named = { name, ...(namespace ? { namespace } : {}), ...(uid ? { uid } : {}) };
    const pinned = { ...named, ...(resourceVersion ? { resourceVersion } : {}) } as KubeObject['metadata'];
    return { apiVersion, kind, metadata: pinned, ...(status === undefined ? {} : { status }) };
  }
  return call.def.subresources.status || status === undefined
    ? { apiVersion, kind, metadata, ...rest }
    : { apiVersion, kind, metadata, ...rest, status };
}
