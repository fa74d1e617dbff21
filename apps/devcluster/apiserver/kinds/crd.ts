import { at, ensure, fieldsOf, recordsOf, setDefault, textOf, textsOf } from '../fields.js';
import { compileSchema, SchemaError } from '../schema/index.js';
import { cause } from '../status.js';
import { needed, oneOf } from './faults.js';
import { type Cause, type Fields, type KubeObject, type Strategy } from '../types.js';

export const CRD_CLEANUP = 'customresourcecleanup.apiextensions.k8s.io';

function defaults(crd: KubeObject): void {
  const spec = ensure(crd, 'spec');
  const names = ensure(spec, 'names');
  const kind = textOf(names['kind']);
  if (kind) {
    setDefault(names, 'singular', kind.toLowerCase());
    setDefault(names, 'listKind', `${kind}List`);
  }
  setDefault(ensure(spec, 'conversion'), 'strategy', 'None');
}

/** Kubernetes establishes a CRD a moment after it was made; here it is done in the same step. */
function prepare(crd: KubeObject, old: KubeObject | undefined): void {
  const finalizers = new Set(crd.metadata.finalizers ?? []);
  if (!old) crd.metadata.finalizers = [...finalizers.add(CRD_CLEANUP)];
  const spec = fieldsOf(crd.spec);
  const status = fieldsOf(old ? crd.status : undefined);
  const storage = recordsOf(spec['versions']).find((version) => version['storage'] === true);
  const stored = new Set(textsOf(status['storedVersions'])).add(textOf(storage?.['name']));
  crd.status = {
    conditions: mergeConditions(recordsOf(status['conditions'])),
    acceptedNames: spec['names'],
    storedVersions: [...stored],
  };
}

const ACCEPTED: Fields[] = [
  { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts', message: 'no conflicts found' },
  {
    type: 'Established',
    status: 'True',
    reason: 'InitialNamesAccepted',
    message: 'the initial names have been accepted',
  },
];

function mergeConditions(present: Fields[]): Fields[] {
  const now = `${new Date().toISOString().slice(0, 19)}Z`;
  const kept = present.filter(({ type }) => !ACCEPTED.some((condition) => condition['type'] === type));
  const merged = ACCEPTED.map((condition) => {
    const former = present.find(({ type, status }) => type === condition['type'] && status === condition['status']);
    return { lastTransitionTime: textOf(former?.['lastTransitionTime']) || now, ...condition };
  });
  return [...merged, ...kept];
}

const IMMUTABLE = ['spec.names.kind', 'spec.names.plural', 'spec.group', 'spec.scope'];

function validate(crd: KubeObject, old?: KubeObject): Cause[] {
  const spec = fieldsOf(crd.spec);
  const causes = validateNames(crd, spec);
  const versions = recordsOf(spec['versions']);
  if (versions.filter((version) => version['storage'] === true).length !== 1) {
    causes.push(cause.invalid('spec.versions', versions, 'must have exactly one version marked as storage version'));
  }
  versions.forEach((version, index) => {
    const schema = at(version, 'schema', 'openAPIV3Schema');
    const field = `spec.versions[${index}].schema.openAPIV3Schema`;
    if (schema === undefined) causes.push(cause.required(field));
    // Kubernetes speaks of the one schema of a CRD by the name that it has in its own memory.
    else causes.push(...schemaFaults(schema, versions.length === 1 ? 'spec.validation.openAPIV3Schema' : field));
  });
  causes.push(...needed('spec.scope', spec['scope']), ...oneOf('spec.scope', spec['scope'], ['Cluster', 'Namespaced']));
  for (const path of IMMUTABLE) {
    const value = at(crd, ...path.split('.'));
    if (old && value !== at(old, ...path.split('.'))) {
      causes.push(cause.invalid(path, value ?? '', 'field is immutable'));
    }
  }
  return causes;
}

function schemaFaults(schema: unknown, path: string): Cause[] {
  try {
    compileSchema(schema, path);
    return [];
  } catch (error) {
    if (error instanceof SchemaError) return error.causes;
    throw error;
  }
}

function validateNames(crd: KubeObject, spec: Fields): Cause[] {
  const { plural, kind } = fieldsOf(spec['names']);
  const { name } = crd.metadata;
  return [
    ...(name === `${textOf(plural)}.${textOf(spec['group'])}`
      ? []
      : [cause.invalid('metadata.name', name, `must be spec.names.plural+"."+spec.group`)]),
    ...needed('spec.group', spec['group']),
    ...needed('spec.names.plural', plural),
    ...needed('spec.names.kind', kind),
  ];
}

export const crdStrategy: Strategy = { defaults, prepare, validate };
