/** Equality of two converted values: objects by their fields, numbers across their types. */
export function celEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a === 'bigint' && typeof b === 'number') return Number(a) === b;
  if (typeof a === 'number' && typeof b === 'bigint') return a === Number(b);
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (a.constructor !== b.constructor) return false;
  if (a instanceof Date) return +a === +(b as Date);
  return sameEntries(entriesOf(a), entriesOf(b));
}

/** Of a map, a list or an object. */
const entriesOf = (value: object): Map<unknown, unknown> =>
  value instanceof Map ? value : new Map(Object.entries(value));

function sameEntries(a: Map<unknown, unknown>, b: Map<unknown, unknown>): boolean {
  return a.size === b.size && [...a].every(([name, item]) => b.has(name) && celEqual(item, b.get(name)));
}
