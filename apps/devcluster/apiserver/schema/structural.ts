import { isDeepStrictEqual } from 'node:util';

import { type Cause } from '../types.js';
import { child, forbidden, index, invalid, key, required } from './cause.js';
import { isObject, type JsonSchema } from './json-schema.js';
import { regexp } from './regexp.js';

type Level = 'root' | 'items' | 'field';
/** The one junctor that may name types. */
const isIntOrString = (schemas: JsonSchema[] | undefined): boolean =>
  isDeepStrictEqual(schemas, [{ type: 'integer' }, { type: 'string' }]);
const TYPES = new Set(['array', 'boolean', 'integer', 'number', 'object', 'string']);

/** Why the API server would refuse this schema as not structural. After apiextensions-apiserver's schema validation. */
export function structuralFaults(schema: JsonSchema, path: string): Cause[] {
  return node(schema, 'root', path).sort((a, b) => (a.field < b.field ? -1 : 1));
}

function node(value: unknown, level: Level, path: string): Cause[] {
  if (!isObject(value)) return [invalid(path, value, 'must be a schema object')];
  const schema: JsonSchema = value;
  const faults = [...words(schema, path), ...shape(schema, level, path), ...root(schema, level, path)];
  if (schema.items) faults.push(...node(schema.items, 'items', child(path, 'items')));
  for (const [name, sub] of Object.entries(schema.properties ?? {})) {
    // What is said of metadata at the root may only restrict names, which this server does not read.
    if (level === 'root' && name === 'metadata') continue;
    faults.push(...node(sub, 'field', key(child(path, 'properties'), name)));
  }
  if (isObject(schema.additionalProperties)) {
    faults.push(...node(schema.additionalProperties, 'field', child(path, 'additionalProperties')));
  }
  const skipAnyOf = isIntOrString(schema.anyOf);
  const skipFirstAllOf = isIntOrString(schema.allOf?.[0]?.anyOf);
  return [...faults, ...junctors(schema, path, skipAnyOf, skipFirstAllOf)];
}

function words(schema: JsonSchema, path: string): Cause[] {
  const faults: Cause[] = [];
  if (schema.type && !TYPES.has(schema.type)) {
    faults.push(invalid(child(path, 'type'), schema.type, 'must be array, boolean, integer, number, object or string'));
  }
  if (schema.uniqueItems)
    faults.push(
      forbidden(
        child(path, 'uniqueItems'),
        'uniqueItems cannot be set to true since the runtime complexity becomes quadratic',
      ),
    );
  if (schema.additionalProperties === false) {
    faults.push(forbidden(child(path, 'additionalProperties'), 'additionalProperties cannot be set to false'));
  }
  if (schema.additionalProperties !== undefined && Object.keys(schema.properties ?? {}).length > 0) {
    faults.push(
      forbidden(child(path, 'additionalProperties'), 'additionalProperties and properties are mutual exclusive'),
    );
  }
  if (schema.pattern) faults.push(...patternFaults(schema.pattern, path));
  if (schema['x-kubernetes-int-or-string'] && schema['x-kubernetes-preserve-unknown-fields']) {
    faults.push(
      invalid(
        child(path, 'x-kubernetes-preserve-unknown-fields'),
        true,
        'must be false if x-kubernetes-int-or-string is true',
      ),
    );
  }
  return [...faults, ...listFaults(schema, path)];
}

function patternFaults(pattern: string, path: string): Cause[] {
  try {
    regexp(pattern);
    return [];
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return [invalid(child(path, 'pattern'), pattern, `must be a valid regular expression, but isn't: ${why}`)];
  }
}

function listFaults(schema: JsonSchema, path: string): Cause[] {
  const type = schema['x-kubernetes-list-type'];
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const faults: Cause[] = [];
  if (type && schema.type !== 'array') {
    faults.push(
      schema.type
        ? invalid(child(path, 'type'), schema.type, 'must be array if x-kubernetes-list-type is specified')
        : required(child(path, 'type'), 'must be array if x-kubernetes-list-type is specified'),
    );
  }
  if (type === 'map' && keys.length === 0) {
    faults.push(
      required(child(path, 'x-kubernetes-list-map-keys'), 'must not be empty if x-kubernetes-list-type is map'),
    );
  }
  for (const [i, name] of keys.entries()) {
    const at = index(child(path, 'x-kubernetes-list-map-keys'), i);
    if (!schema.items?.properties?.[name]) faults.push(invalid(at, name, 'must be a property in items'));
  }
  return faults;
}

function shape(schema: JsonSchema, level: Level, path: string): Cause[] {
  const embedded = schema['x-kubernetes-embedded-resource'];
  const open = schema['x-kubernetes-preserve-unknown-fields'];
  const faults: Cause[] = [];
  const type = child(path, 'type');
  if (schema.type === 'array' && !schema.items) faults.push(required(child(path, 'items'), 'must be specified'));
  if (embedded && schema.type !== 'object') {
    const detail = 'must be object if x-kubernetes-embedded-resource is true';
    faults.push(schema.type ? invalid(type, schema.type, detail) : required(type, detail));
  } else if (!schema.type && !schema['x-kubernetes-int-or-string'] && !open) {
    const where = { root: 'at the root', items: 'for specified array items', field: 'for specified object fields' };
    faults.push(required(type, `must not be empty ${where[level]}`));
  }
  if (embedded && !open && Object.keys(schema.properties ?? {}).length === 0) {
    faults.push(
      required(
        child(path, 'properties'),
        'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields',
      ),
    );
  }
  return faults;
}

function root(schema: JsonSchema, level: Level, path: string): Cause[] {
  if (level !== 'root') return [];
  const faults: Cause[] = [];
  if (schema.additionalProperties !== undefined) {
    faults.push(forbidden(child(path, 'additionalProperties'), 'must not be used at the root'));
  }
  if (schema.type && schema.type !== 'object') {
    faults.push(invalid(child(path, 'type'), schema.type, 'must be object at the root'));
  }
  for (const name of ['apiVersion', 'kind']) {
    const type = schema.properties?.[name]?.type;
    if (schema.properties?.[name] && type !== 'string') {
      faults.push(invalid(`${key(child(path, 'properties'), name)}.type`, type ?? '', 'must be string'));
    }
  }
  return faults;
}

function junctors(schema: JsonSchema, path: string, skipAnyOf: boolean, skipFirstAllOf: boolean): Cause[] {
  const faults: Cause[] = [];
  for (const word of ['anyOf', 'allOf', 'oneOf'] as const) {
    if (word === 'anyOf' && skipAnyOf) continue;
    for (const [i, sub] of (schema[word] ?? []).entries()) {
      const skip = word === 'allOf' && i === 0 && skipFirstAllOf;
      faults.push(...nested(sub, index(child(path, word), i), skip));
    }
  }
  if (schema.not) faults.push(...nested(schema.not, child(path, 'not'), false));
  return faults;
}

const EMPTY_WORDS = ['type', 'title', 'description', 'x-kubernetes-list-map-keys', 'x-kubernetes-validations'] as const;
const FALSE_WORDS = [
  'nullable',
  'x-kubernetes-preserve-unknown-fields',
  'x-kubernetes-embedded-resource',
  'x-kubernetes-int-or-string',
] as const;
const UNDEFINED_WORDS = ['default', 'additionalProperties', 'x-kubernetes-list-type', 'x-kubernetes-map-type'] as const;

/** Inside a junctor only values may be restricted: the shape stands outside. */
function nested(schema: JsonSchema, path: string, skipAnyOf: boolean): Cause[] {
  const must = (names: readonly (keyof JsonSchema)[], what: string): Cause[] =>
    names
      .filter((name) => schema[name] !== undefined && schema[name] !== false)
      .map((name) => forbidden(child(path, name), `must be ${what} to be structural`));
  const faults = [
    ...junctors(schema, path, skipAnyOf, false),
    ...must(EMPTY_WORDS, 'empty'),
    ...must(FALSE_WORDS, 'false'),
    ...must(UNDEFINED_WORDS, 'undefined'),
  ];
  if (schema.items) faults.push(...nested(schema.items, child(path, 'items'), false));
  for (const [name, sub] of Object.entries(schema.properties ?? {})) {
    faults.push(...nested(sub, key(child(path, 'properties'), name), false));
  }
  return faults;
}
