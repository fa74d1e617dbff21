import { isObject, type JsonSchema, mapValues, property } from './json-schema.js';

/**
 * A copy with the schema's defaults, set where the parent object exists. Before, a null that the schema does not allow
 * is dropped, or replaced where a default is given. After apiextensions-apiserver's defaulting.
 */
export function setDefaults(value: unknown, schema: JsonSchema | undefined): unknown {
  if (!schema) return value;
  if (Array.isArray(value)) {
    return value.map((item) =>
      setDefaults(isBadNull(item, schema.items) ? copy(schema.items?.default) : item, schema.items),
    );
  }
  if (!isObject(value)) return value;
  const result: [string, unknown][] = [];
  for (const [name, item] of Object.entries(value)) {
    const own = property(schema, name);
    if (own) {
      if (!isBadNull(item, own)) result.push([name, setDefaults(item, own)]);
      else if (own.default !== undefined) result.push([name, setDefaults(copy(own.default), own)]);
    } else {
      const values = mapValues(schema);
      result.push([name, setDefaults(isBadNull(item, values) ? copy(values?.default) : item, values)]);
    }
  }
  for (const [name, own] of Object.entries(schema.properties ?? {})) {
    if (own.default !== undefined && !Object.hasOwn(value, name)) {
      result.push([name, setDefaults(copy(own.default), own)]);
    }
  }
  return Object.fromEntries(result);
}

const isBadNull = (value: unknown, schema: JsonSchema | undefined): boolean =>
  value === null && schema !== undefined && !schema.nullable;

/** A default is never shared between objects. No default where one is needed: null stays null. */
const copy = (value: unknown): unknown => (value === undefined ? null : structuredClone(value));
