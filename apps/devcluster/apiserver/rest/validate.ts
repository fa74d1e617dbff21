import { type Call, type Context } from '../context.js';
import { isFields } from '../fields.js';
import { labelFaults, nameFaults } from '../names.js';
import { badRequest, cause, forbidden, invalid, notFound } from '../status.js';
import { type Cause, type KubeObject, type ResourceDef } from '../types.js';

/**
 * fieldValidation: a field that the schema does not know is an error (Strict) or a warning (Warn, the default). Call
 * before pruning.
 * @throws ApiError 400, for patches 422 as Kubernetes has it
 */
export function refuseUnknownFields(call: Call, object: KubeObject): void {
  const mode = call.query.get('fieldValidation') || 'Warn';
  if (mode === 'Ignore' || !call.def.schema?.unknownFields) return;
  const faults = call.def.schema.unknownFields(object).map((field) => `unknown field ${JSON.stringify(field)}`);
  if (faults.length === 0) return;
  if (mode === 'Warn') {
    for (const fault of faults) call.warn?.(fault);
    return;
  }
  const words = `strict decoding error: ${faults.join(', ')}`;
  if (call.verb === 'patch') {
    throw invalid({ group: '', kind: '' }, '', [cause.invalid('patch', JSON.stringify(object), words)]);
  }
  const { kind, version } = call.def;
  throw badRequest(`${kind} in version ${JSON.stringify(version)} cannot be handled as a ${kind}: ${words}`);
}

/** Prunes and defaults by the CRD's schema, or by the built-in strategy. Takes the argument over. */
export function complete(def: ResourceDef, object: KubeObject): KubeObject {
  def.strategy?.defaults?.(object);
  if (!def.schema) return object;
  const pruned = def.preserveUnknownFields ? object : def.schema.prune(object);
  return def.schema.default(pruned);
}

/** @throws ApiError 422 with every fault found. */
export function validate(def: ResourceDef, object: KubeObject, old: KubeObject | undefined): void {
  const { metadata } = object;
  const causes: Cause[] = [
    ...(old ? [] : nameFaults(metadata.name, def.strategy?.nameRule)),
    ...labelFaults(metadata.labels, metadata.annotations),
    ...ownerFaults(object),
    ...(old ? finalizerFaults(object, old) : []),
    ...(def.schema?.validate(object, old) ?? []),
    ...(def.strategy?.validate?.(object, old) ?? []),
  ];
  if (causes.length) throw invalid(def, metadata.name, causes);
}

function ownerFaults({ metadata }: KubeObject): Cause[] {
  const owners = metadata.ownerReferences ?? [];
  const causes: Cause[] = [];
  owners.forEach((owner, index) => {
    const field = `metadata.ownerReferences[${index}]`;
    if (!isFields(owner)) causes.push(cause.invalid(field, owner, 'must be an object'));
    else {
      for (const part of ['apiVersion', 'kind', 'name', 'uid'] as const) {
        if (!owner[part]) causes.push(cause.invalid(`${field}.${part}`, '', 'must not be empty'));
      }
    }
  });
  if (owners.filter(({ controller }) => controller).length > 1) {
    const detail = 'Only one reference can have Controller set to true.';
    causes.push(cause.invalid('metadata.ownerReferences', owners, detail));
  }
  return causes;
}

function finalizerFaults(object: KubeObject, old: KubeObject): Cause[] {
  if (!old.metadata.deletionTimestamp) return [];
  const former = new Set(old.metadata.finalizers ?? []);
  const fresh = (object.metadata.finalizers ?? []).filter((finalizer) => !former.has(finalizer));
  if (fresh.length === 0) return [];
  const named = `[]string{${fresh.map((item) => JSON.stringify(item)).join(', ')}}`;
  const detail = `no new finalizers can be added if the object is being deleted, found new finalizers ${named}`;
  return [cause.forbidden('metadata.finalizers', detail)];
}

/** Namespaced objects need a namespace that exists and is not on its way out. */
export function checkNamespace(ctx: Context, def: ResourceDef, namespace: string | undefined, name: string): void {
  if (!def.namespaced || !namespace) return;
  const found = ctx.objects.get('', 'namespaces', namespace);
  if (!found) throw notFound({ group: '', resource: 'namespaces' }, namespace);
  if (!found.metadata.deletionTimestamp) return;
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
  throw forbidden(def, name, why, [
    {
      reason: 'NamespaceTerminating',
      message: `namespace ${namespace} is being terminated`,
      field: 'metadata.namespace',
    },
  ]);
}
