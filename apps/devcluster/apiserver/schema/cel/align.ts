import { isObject, type JsonSchema, mapValues, property } from '../json-schema.js';
import { canonical, listKey } from '../lists.js';

/**
 * A former value with the elements of its map lists in the order of the present value, as far as keys match. Order means
 * nothing in such lists, so `self.list == oldSelf.list` must hold when only it differs.
 */
export function alignLists(old: unknown, now: unknown, schema: JsonSchema): unknown {
  if (Array.isArray(old) && Array.isArray(now)) return alignList(old, now, schema);
  if (!isObject(old) || !isObject(now)) return old;
  return Object.fromEntries(
    Object.entries(old).map(([name, item]) => {
      const sub = property(schema, name) ?? mapValues(schema);
      return [name, sub ? alignLists(item, now[name], sub) : item];
    }),
  );
}

function alignList(old: unknown[], now: unknown[], schema: JsonSchema): unknown[] {
  const items = schema.items;
  if (schema['x-kubernetes-list-type'] !== 'map' || !items) return old;
  const keyOf = (item: unknown): string => canonical(listKey(item, schema));
  const former = new Map(old.map((item) => [keyOf(item), item]));
  const here = new Set(now.map(keyOf));
  const matched = now.flatMap((item) => {
    const before = former.get(keyOf(item));
    return before === undefined ? [] : [alignLists(before, item, items)];
  });
  return [...matched, ...old.filter((item) => !here.has(keyOf(item)))];
}
