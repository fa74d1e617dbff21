import { isDeepStrictEqual } from 'node:util';

import { cause } from '../status.js';
import { type Cause } from '../types.js';
import { child, index } from './paths.js';
import { hasFormat } from './formats.js';
import { isObject, type JsonSchema, mapValues, property } from './json-schema.js';
import { formerItems } from './lists.js';
import { found } from './regexp.js';

/**
 * Faults of a value by its schema, worded as k8s.io/kube-openapi/pkg/validation words them. CEL is not looked at.
 * @param old the former value: what is as it was is not judged again (a schema may have become stricter since)
 */
export function validateValue(value: unknown, schema: JsonSchema, path: string, old?: unknown): Cause[] {
  if (old !== undefined && isDeepStrictEqual(value, old)) return [];
  if (value === null) return [...nullFaults(schema, path), ...enumFaults(value, schema, path)];
  return [
    ...typeFaults(value, schema, path),
    ...(typeof value === 'string' ? stringFaults(value, schema, path) : []),
    ...(typeof value === 'number' ? numberFaults(value, schema, path) : []),
    ...(Array.isArray(value) ? arrayFaults(value, schema, path, old) : []),
    ...enumFaults(value, schema, path),
    ...(isObject(value) ? objectFaults(value, schema, path, old) : []),
  ];
}

const typesOf = (schema: JsonSchema): string[] => {
  if (schema['x-kubernetes-int-or-string']) return ['integer', 'string'];
  return schema.type ? [schema.type] : [];
};

function typeName(value: unknown): string {
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  if (Array.isArray(value)) return 'array';
  return typeof value;
}

function wrongType(path: string, expected: string, actual: string): Cause {
  const fault = cause.invalid(path, actual, `${path} in body must be of type ${expected}: ${JSON.stringify(actual)}`);
  return { ...fault, reason: 'FieldValueTypeInvalid' };
}

function nullFaults(schema: JsonSchema, path: string): Cause[] {
  const types = typesOf(schema);
  return types.length > 0 && !schema.nullable ? [wrongType(path, types.join(','), 'null')] : [];
}

function typeFaults(value: unknown, schema: JsonSchema, path: string): Cause[] {
  const types = typesOf(schema);
  if (types.length === 0) return [];
  const actual = typeName(value);
  if (types.includes(actual) || (actual === 'integer' && types.includes('number'))) return [];
  return [wrongType(path, types.join(','), actual)];
}

function stringFaults(value: string, schema: JsonSchema, path: string): Cause[] {
  const faults: Cause[] = [];
  const length = [...value].length;
  if (schema.maxLength !== undefined && length > schema.maxLength) faults.push(cause.tooLong(path, schema.maxLength));
  else if (schema.minLength !== undefined && length < schema.minLength) {
    faults.push(cause.invalid(path, value, `${path} in body should be at least ${schema.minLength} chars long`));
  } else if (schema.pattern && !found(schema.pattern, value)) {
    faults.push(cause.invalid(path, value, `${path} in body should match '${schema.pattern}'`));
  }
  if (schema.format && !hasFormat(schema.format, value)) {
    faults.push(wrongType(path, schema.format, value));
  }
  return faults;
}

function numberFaults(value: number, { maximum, minimum }: JsonSchema, path: string): Cause[] {
  const faults: Cause[] = [];
  const say = (detail: string): number =>
    faults.push(cause.invalid(path, value, `${path} in body should be ${detail}`));
  if (minimum !== undefined && value < minimum) say(`greater than or equal to ${minimum}`);
  if (maximum !== undefined && value > maximum) say(`less than or equal to ${maximum}`);
  return faults;
}

function arrayFaults(value: unknown[], schema: JsonSchema, path: string, old: unknown): Cause[] {
  const items = schema.items;
  const former = formerItems(schema, old);
  const faults = items ? value.flatMap((item, i) => validateValue(item, items, index(path, i), former(item))) : [];
  if (schema.minItems !== undefined && value.length < schema.minItems) {
    faults.push(cause.invalid(path, value.length, `${path} in body should have at least ${schema.minItems} items`));
  }
  if (schema.maxItems !== undefined && value.length > schema.maxItems) {
    faults.push(cause.tooMany(path, value.length, schema.maxItems));
  }
  return faults;
}

function enumFaults(value: unknown, schema: JsonSchema, path: string): Cause[] {
  if (!schema.enum?.length || schema.enum.some((allowed) => isDeepStrictEqual(allowed, value))) return [];
  const allowed = schema.enum.map((v) => (typeof v === 'string' ? v : JSON.stringify(v)));
  return [cause.unsupported(path, value, allowed)];
}

function objectFaults(value: Record<string, unknown>, schema: JsonSchema, path: string, old: unknown): Cause[] {
  const count = Object.keys(value).length;
  const faults: Cause[] = [];
  if (schema.minProperties !== undefined && count < schema.minProperties) {
    faults.push(cause.invalid(path, count, `${path} in body should have at least ${schema.minProperties} properties`));
  }
  if (schema.maxProperties !== undefined && count > schema.maxProperties) {
    faults.push(cause.tooMany(path, count, schema.maxProperties));
  }
  const values = mapValues(schema);
  for (const [name, item] of Object.entries(value)) {
    const sub = property(schema, name) ?? values;
    const former = isObject(old) && Object.hasOwn(old, name) ? old[name] : undefined;
    if (sub) faults.push(...validateValue(item, sub, child(path, name), former));
  }
  for (const name of schema.required ?? []) {
    if (!Object.hasOwn(value, name)) faults.push(cause.required(child(path, name)));
  }
  return faults;
}
