import { applyTo } from '../apply/apply.js';
import { withManaged } from '../apply/track.js';
import { type Call, type Context } from '../context.js';
import { at, isFields, textOf } from '../fields.js';
import { apiVersionOf, bucketOf } from '../registry.js';
import { ApiError, badRequest, conflict, notFound } from '../status.js';
import { type Fields, type KubeObject, type ManagedFields } from '../types.js';
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
  const { uid } = wanted.metadata;
  if (uid) {
    const why = `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`;
    throw conflict(call.def, call.name, why);
  }
  const blank = { apiVersion: apiVersionOf(call.def), kind: call.def.kind, metadata: {} } as KubeObject;
  return { object: await createFrom(ctx, call, apply(blank), track), created: true };
}

function wantedBy(call: Call, body: unknown): KubeObject {
  if (!isFields(body)) throw badRequest('the body of an apply must be an object');
  const { apiVersion = '', kind = '' } = body;
  if (!apiVersion || !kind)
    throw badRequest(`invalid object type: ${groupVersion(textOf(apiVersion))}, Kind=${textOf(kind)}`);
  const wanted = asObject(body, call.def, (fault) => untyped(call, body, fault));
  if (wanted.metadata.name) checkName(call, wanted);
  if (wanted.metadata.managedFields) throw badRequest('metadata.managedFields must be nil');
  wanted.metadata.name = call.name;
  refuseUndeclared(call, wanted);
  placeIn(call, wanted);
  return onlyFor(call, wanted);
}

/** As Go prints a group and a version. */
const groupVersion = (apiVersion: string): string => (apiVersion.includes('/') ? apiVersion : `/${apiVersion}`);

/** What the schema does not know can have no owner: whatever fieldValidation says, Kubernetes refuses it here, as a 500. */
function refuseUndeclared(call: Call, wanted: KubeObject): void {
  const unknown = (call.def.schema ?? call.def.fields)?.unknownFields?.(wanted) ?? [];
  if (unknown.length === 0) return;
  throw untyped(call, wanted, unknown.map((field) => `.${field}: field not declared in schema`).join('\n'));
}

function untyped({ def, name }: Call, wanted: Fields, faults: string): ApiError {
  const namespace = textOf(at(wanted, 'metadata', 'namespace'));
  const what = `${namespace}/${name}; ${def.group}/${def.version}, Kind=${def.kind}`;
  return new ApiError(500, '', `failed to create typed patch object (${what}): ${faults}`);
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
