import { cause } from '../status.js';
import { type Cause, type CompiledSchema, type KubeObject } from '../types.js';
import { Rules } from './cel/validator.js';
import { setDefaults } from './defaults.js';
import { type JsonSchema } from './json-schema.js';
import { validateLists } from './lists.js';
import { prune } from './prune.js';
import { structuralFaults } from './structural.js';
import { validateValue } from './values.js';

/** A schema that cannot be used: `causes` says where and why. */
export class SchemaError extends Error {
  constructor(readonly causes: Cause[]) {
    super(causes.map((cause) => `${cause.field}: ${cause.message}`).join('; '));
    this.name = 'SchemaError';
  }
}

/**
 * Makes a CRD's schema ready.
 * @param openAPIV3Schema as the CRD writes it
 * @param path the path that faults are reported below
 * @throws SchemaError when it is not structural, or a CEL rule does not compile
 */
export function compileSchema(
  openAPIV3Schema: unknown,
  path = 'spec.validation.openAPIV3Schema',
): CompiledSchema & { unknownFields(obj: KubeObject): string[] } {
  const schema = openAPIV3Schema as JsonSchema;
  const faults = structuralFaults(schema, path);
  if (faults.length > 0) throw new SchemaError(faults);
  const rules = Rules.compile(schema, path, faults);
  if (faults.length > 0) throw new SchemaError(faults);
  return {
    prune: (obj) => prune(obj, schema).value as KubeObject,
    unknownFields: (obj) => prune(obj, schema).unknown,
    default: (obj) => setDefaults(obj, schema) as KubeObject,
    validate: (obj, old) => validate(obj, old, schema, rules).map(rooted),
  };
}

/** The root has no path of its own: Kubernetes prints `<nil>`. */
const rooted = (fault: Cause): Cause => ({ ...fault, field: fault.field || '<nil>' });

/** Faults after which a rule would fail for want of what it speaks of. */
const BLOCKING = new Set([
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
]);
const NOT_RUN =
  'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation';

/** Values first; the rules only where the values fit their types. */
function validate(obj: KubeObject, old: KubeObject | undefined, schema: JsonSchema, rules: Rules): Cause[] {
  const causes = [...validateValue(obj, schema, '', old), ...validateLists(obj, schema, '')];
  const blocked = causes.some(({ reason }) => BLOCKING.has(reason));
  return [...causes, ...(blocked ? [cause.invalid('', null, NOT_RUN)] : rules.validate(obj, old))];
}
