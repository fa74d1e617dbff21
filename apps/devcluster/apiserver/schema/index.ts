import { type Cause, type CompiledSchema, type KubeObject } from '../types.js';
import { rulesNotRun } from './cause.js';
import { Rules } from './cel/validator.js';
import { setDefaults } from './defaults.js';
import { validateEmbedded } from './embedded.js';
import { type JsonSchema } from './json-schema.js';
import { validateLists } from './lists.js';
import { prune } from './prune.js';
import { structuralFaults } from './structural.js';
import { validateValue } from './values.js';

/** A schema that Kubernetes would refuse: `causes` says where and why. */
export class SchemaError extends Error {
  readonly code = 'SCHEMA_INVALID';

  constructor(readonly causes: Cause[]) {
    super(causes.map((cause) => `${cause.field}: ${cause.message}`).join('; '));
    this.name = 'SchemaError';
  }
}

/**
 * Makes a CRD's schema ready.
 * @param openAPIV3Schema as the CRD writes it
 * @param path what faults are told as being below
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
    validate: (obj, old) => validate(obj, old, schema, rules),
  };
}

/** Values first; the rules only where the values fit their types. */
function validate(obj: KubeObject, old: KubeObject | undefined, schema: JsonSchema, rules: Rules): Cause[] {
  const causes = [
    ...validateValue(obj, schema, '', old),
    ...validateEmbedded(obj, schema, ''),
    ...validateLists(obj, schema, ''),
  ];
  const blocked = rulesNotRun(causes);
  return [...causes, ...(blocked ? [blocked] : rules.validate(obj, old))];
}
