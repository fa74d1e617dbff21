import { type Call, type Context } from '../context.js';
import { isFields } from '../fields.js';
import { labelFaults, labelKeyFaults, nameFaults } from '../names.js';
import { cause, forbidden, invalid, notFound } from '../status.js';
import { type Cause, type Fields, type KubeObject, type ResourceDef } from '../types.js';
import { cannotBeHandled, otherKind } from './decode.js';
import { duplicates } from './duplicates.js';
import { scaleFaults } from './scale-faults.js';

/**
 * fieldValidation: a field that the schema does not know is an error (Strict) or a warning (Warn, the default). Call
 * before pruning.
 * @throws ApiError 400, for patches 422 as Kubernetes has it
 */
export function refuseUnknownFields(call: Call, object: KubeObject): void {
  const mode = call.query.get('fieldValidation') || 'Warn';
  if (mode === 'Ignore' || call.own) return;
  const unknown = (call.def.schema ?? call.def.fields)?.unknownFields?.(object) ?? [];
  const twice = duplicates(call);
  const faults = [...twice, ...unknown.map((field) => `unknown field ${JSON.stringify(field)}`)];
  if (faults.length === 0) return;
  if (mode === 'Warn') {
    for (const fault of faults) call.warn?.(fault);
    return;
  }
  const lines = twice.filter((fault) => fault.startsWith('line '));
  const words = `strict decoding error: ${lines.length ? yamlFaults(lines) : faults.join(', ')}`;
  throw call.verb === 'patch' ? badPatch(object, words, call.def.custom) : cannotBeHandled(call.def, words);
}

const yamlFaults = (lines: string[]): string => ['yaml: unmarshal errors:', ...lines].join('\n  ');

const sorted = (object: Fields): Fields =>
  Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));

const sortedWithin = (_key: string, value: unknown): unknown => (isFields(value) ? sorted(value) : value);

/** 422: what a patch comes to cannot be taken. Go quotes a custom object as maps: sorted at every level. */
export const badPatch = (object: Fields, fault: string, custom = false): Error => {
  const quoted = JSON.stringify(sorted(object), custom ? sortedWithin : undefined);
  return invalid({ group: '', kind: '' }, '', [cause.invalid('patch', quoted, fault)]);
};

/** Prunes and defaults by the CRD's schema, or by the built-in strategy. Takes the argument over. */
export function complete(def: ResourceDef, given: KubeObject): KubeObject {
  const object = def.fields ? (def.fields.normal(given) as KubeObject) : given;
  def.strategy?.defaults?.(object);
  if (!def.schema) return object;
  const pruned = def.preserveUnknownFields ? object : def.schema.prune(object);
  return def.schema.default(pruned);
}

/** @throws ApiError 422 with every fault found. */
export function validate(def: ResourceDef, object: KubeObject, old: KubeObject | undefined): void {
  const { kind, metadata } = object;
  if (def.custom && kind !== def.kind) throw otherKind(def, kind, metadata.name);
  const causes: Cause[] = [
    ...(old ? immutableFaults(object, old) : nameFaults(metadata.name, def.strategy?.nameRule)),
    ...labelFaults(metadata.labels, metadata.annotations),
    ...ownerFaults(object),
    ...standardFinalizers(def, object),
    ...(old ? finalizerFaults(object, old) : []),
    ...(def.schema?.validate(object, old) ?? []),
    ...(def.custom ? scaleFaults(def, object) : []),
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
  const causes: Cause[] = [];
  owners.forEach((owner, index) => {
    const field = `metadata.ownerReferences[${index}]`;
    if (!isFields(owner)) causes.push(cause.invalid(field, owner, 'must be an object'));
    else {
      for (const part of ['apiVersion', 'kind', 'name', 'uid'] as const) {
        if (!owner[part]) causes.push(cause.required(`${field}.${part}`, 'must not be empty'));
      }
    }
  });
  if (owners.filter(({ controller }) => controller).length > 1) {
    const [first, second] = owners.filter(({ controller }) => controller).map(({ kind, name }) => `${kind}/${name}`);
    const found = `Found "true" in references for ${first!} and ${second!}`;
    const detail = `Only one reference can have Controller set to true. ${found}`;
    causes.push(cause.invalid('metadata.ownerReferences', owners, detail));
  }
  return causes;
}

const STANDARD = new Set(['orphan', 'foregroundDeletion', 'kubernetes']);
/** Kinds of apiextensions and apiregistration: their own finalizers have no domain. */
const OPEN = new Set(['CustomResourceDefinition', 'APIService']);

/** Finalizers are names with a domain, or Kubernetes' own. Those of custom resources are only warned of. */
function standardFinalizers(def: ResourceDef, { metadata }: KubeObject): Cause[] {
  return (metadata.finalizers ?? []).flatMap((finalizer, index) => {
    const causes = labelKeyFaults(finalizer).map((detail) => cause.invalid('metadata.finalizers', finalizer, detail));
    if (OPEN.has(def.kind) || def.custom || finalizer.includes('/') || STANDARD.has(finalizer)) return causes;
    const detail = 'name is neither a standard finalizer name nor is it fully qualified';
    return [...causes, cause.invalid(`metadata.finalizers[${index}]`, finalizer, detail)];
  });
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
