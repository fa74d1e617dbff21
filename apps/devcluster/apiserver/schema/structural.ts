import { isDeepStrictEqual } from 'node:util';
import { cause } from '../status.js';
import { type Cause } from '../types.js';
import { child, key } from './paths.js';
import { isObject, type JsonSchema } from './json-schema.js';
import { regexp } from './regexp.js';

const TYPES = ['array', 'boolean', 'integer', 'number', 'object', 'string'];

/** What Kubernetes knows and this server does not: a CRD that relies on it is refused with that reason. */
const UNSERVED = [
  'allOf',
  'oneOf',
  'not',
  'multipleOf',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'uniqueItems',
  'x-kubernetes-embedded-resource',
];
const INT_OR_STRING = [{ type: 'integer' }, { type: 'string' }];

/** Why this schema cannot be used: it is not structural, or says what is not served. */
export function structuralFaults(value: unknown, path: string, root = true): Cause[] {
  if (!isObject(value)) return [cause.invalid(path, value, 'must be a schema object')];
  const schema: JsonSchema = value;
  const faults = [...typeFaults(schema, path, root), ...unserved(value, path), ...listFaults(schema, path)];
  if (schema.pattern) faults.push(...patternFaults(schema.pattern, child(path, 'pattern')));
  if (schema.items) faults.push(...structuralFaults(schema.items, child(path, 'items'), false));
  for (const [name, sub] of Object.entries(schema.properties ?? {})) {
    // What is said of metadata at the root may only restrict names, which this server does not read.
    if (root && name === 'metadata') continue;
    faults.push(...structuralFaults(sub, key(child(path, 'properties'), name), false));
  }
  if (isObject(schema.additionalProperties)) {
    faults.push(...structuralFaults(schema.additionalProperties, child(path, 'additionalProperties'), false));
  }
  return faults;
}

function typeFaults(schema: JsonSchema, path: string, root: boolean): Cause[] {
  const type = child(path, 'type');
  if (root && schema.type !== undefined && schema.type !== 'object') {
    return [cause.invalid(type, schema.type, 'must be object at the root')];
  }
  if (schema.type !== undefined) {
    if (!TYPES.includes(schema.type)) return [cause.unsupported(type, schema.type, TYPES)];
    const itemless = schema.type === 'array' && !schema.items;
    return itemless ? [cause.required(child(path, 'items'), 'must be specified')] : [];
  }
  const open = schema['x-kubernetes-int-or-string'] ?? schema['x-kubernetes-preserve-unknown-fields'];
  return open ? [] : [cause.required(type, 'must not be empty')];
}

function unserved(schema: Record<string, unknown>, path: string): Cause[] {
  const words = UNSERVED.filter((word) => schema[word] !== undefined && schema[word] !== false);
  if (schema['anyOf'] !== undefined && !isDeepStrictEqual(schema['anyOf'], INT_OR_STRING)) words.push('anyOf');
  return words.map((word) => cause.forbidden(child(path, word), 'not served by the embedded cluster'));
}

function patternFaults(pattern: string, field: string): Cause[] {
  try {
    regexp(pattern);
    return [];
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return [cause.invalid(field, pattern, `must be a valid regular expression, but isn't: ${why}`)];
  }
}

function listFaults(schema: JsonSchema, path: string): Cause[] {
  if (schema['x-kubernetes-list-type'] !== 'map') return [];
  const field = child(path, 'x-kubernetes-list-map-keys');
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  if (keys.length === 0) return [cause.required(field, 'must not be empty if x-kubernetes-list-type is map')];
  return keys
    .filter((name) => !schema.items?.properties?.[name])
    .map((name) => cause.invalid(field, name, 'must be a property in items'));
}
