import { cause } from '../status.js';
import { type Cause } from '../types.js';
import { child, index, key } from './paths.js';
import { isObject, type JsonSchema, mapValues, property } from './json-schema.js';

/** Uniqueness of the elements of `x-kubernetes-list-type: set`, and of the keys of `map`. */
export function validateLists(value: unknown, schema: JsonSchema, path: string): Cause[] {
  if (Array.isArray(value)) {
    const items = schema.items;
    return [
      ...ownFaults(value, schema, path),
      ...(items ? value.flatMap((item, i) => validateLists(item, items, index(path, i))) : []),
    ];
  }
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([name, item]) => {
    const own = property(schema, name);
    if (own) return validateLists(item, own, child(path, name));
    const values = mapValues(schema);
    return values ? validateLists(item, values, key(path, name)) : [];
  });
}

function ownFaults(list: unknown[], schema: JsonSchema, path: string): Cause[] {
  if (schema['x-kubernetes-list-type'] === 'set') {
    return duplicates(list).map((i) => cause.duplicate(index(path, i), list[i]));
  }
  if (schema['x-kubernetes-list-type'] !== 'map') return [];
  const keys = list.map((item) => listKey(item, schema));
  return duplicates(keys).map((i) => cause.duplicate(index(path, i), keys[i]));
}

/** The key fields of one element of a map list. */
function listKey(item: unknown, schema: JsonSchema): Record<string, unknown> {
  const names = schema['x-kubernetes-list-map-keys'] ?? [];
  if (!isObject(item)) return {};
  return Object.fromEntries(names.filter((n) => Object.hasOwn(item, n)).map((n) => [n, item[n]]));
}

/** How to find the former self of an element: by its keys in a map list, not at all in other lists. */
export function formerItems(schema: JsonSchema, old: unknown): (item: unknown) => unknown {
  if (schema['x-kubernetes-list-type'] !== 'map' || !Array.isArray(old)) return () => undefined;
  const itemKey = (item: unknown): string => canonical(listKey(item, schema));
  const former = new Map(old.map((item: unknown) => [itemKey(item), item]));
  return (item) => former.get(itemKey(item));
}

/** Where a value comes for the second time (not the third). */
function duplicates(values: unknown[]): number[] {
  const seen = new Map<string, number>();
  return values.flatMap((value, i) => {
    const text = canonical(value);
    const times = (seen.get(text) ?? 0) + 1;
    seen.set(text, times);
    return times === 2 ? [i] : [];
  });
}

/** JSON with sorted keys: equal values give equal text. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_name, part: unknown) =>
    isObject(part) ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))) : part,
  );
}
