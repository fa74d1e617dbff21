import { type Call, type Context } from '../context.js';
import { fieldsOf } from '../fields.js';
import { labelFaults, nameFaults } from '../names.js';
import { cause, forbidden, invalid, notFound } from '../status.js';
import { type Cause, type KubeObject, type ResourceDef } from '../types.js';
import { cannotBeHandled } from './decode.js';

/**
 * fieldValidation: a field that the schema does not know is an error (Strict) or a warning (Warn, the default). Call
 * before pruning.
 * @throws ApiError 400
 */
export function refuseUnknownFields(call: Call, object: KubeObject): void {
  const mode = call.query.get('fieldValidation') || 'Warn';
  if (mode === 'Ignore' || call.own) return;
  const unknown = (call.def.schema ?? call.def.fields)?.unknownFields?.(object) ?? [];
  const faults = unknown.map((field) => `unknown field ${JSON.stringify(field)}`);
  if (mode === 'Warn') for (const fault of faults) call.warn?.(fault);
  else if (faults.length > 0) throw cannotBeHandled(call.def, `strict decoding error: ${faults.join(', ')}`);
}

/** Prunes and defaults by the CRD's schema, or by the built-in strategy. Takes the argument over. */
export function complete(def: ResourceDef, given: KubeObject): KubeObject {
  const object = def.fields ? (def.fields.normal(given) as KubeObject) : given;
  def.strategy?.defaults?.(object);
  if (!def.schema) return object;
  return def.schema.default(def.schema.prune(object));
}

/** @throws ApiError 422 with every fault found. */
export function validate(def: ResourceDef, object: KubeObject, old: KubeObject | undefined): void {
  const { metadata } = object;
  const causes: Cause[] = [
    ...(old ? immutableFaults(object, old) : nameFaults(metadata.name, def.strategy?.nameRule)),
    ...labelFaults(metadata.labels, metadata.annotations),
    ...ownerFaults(object),
    ...(def.schema?.validate(object, old) ?? []),
    ...(def.strategy?.validate?.(object, old) ?? []),
  ];
  if (causes.length) throw invalid(def, metadata.name, causes);
}

const IMMUTABLE = ['name', 'uid', 'deletionTimestamp', 'deletionGracePeriodSeconds'];

const immutableFaults = ({ metadata }: KubeObject, old: KubeObject): Cause[] =>
  IMMUTABLE.filter((field) => metadata[field] !== old.metadata[field]).map((field) =>
    cause.invalid(`metadata.${field}`, metadata[field], 'field is immutable'),
  );

function ownerFaults({ metadata }: KubeObject): Cause[] {
  const owners = metadata.ownerReferences ?? [];
  return owners.flatMap((owner, index) =>
    (['apiVersion', 'kind', 'name', 'uid'] as const)
      .filter((part) => !fieldsOf(owner)[part])
      .map((part) => cause.required(`metadata.ownerReferences[${index}].${part}`, 'must not be empty')),
  );
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
