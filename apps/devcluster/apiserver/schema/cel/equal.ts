/** Equality of two converted values: objects by their fields, sets in any order, numbers across their types. */
export function celEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a === 'bigint' && typeof b === 'number') return Number(a) === b;
  if (typeof a === 'number' && typeof b === 'bigint') return a === Number(b);
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (a instanceof Date || b instanceof Date) return a instanceof Date && b instanceof Date && +a === +b;
  if (a instanceof Set && b instanceof Set) return a.size === b.size && [...a].every((item) => b.has(item));
  if (a instanceof Map && b instanceof Map) return sameEntries(a, b);
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, i) => celEqual(item, b[i]));
  }
  if (a.constructor !== b.constructor) return false;
  if ('seconds' in a && 'seconds' in b) return Number(a) === Number(b);
  return sameEntries(new Map(Object.entries(a)), new Map(Object.entries(b)));
}

function sameEntries(a: Map<unknown, unknown>, b: Map<unknown, unknown>): boolean {
  return a.size === b.size && [...a].every(([name, item]) => b.has(name) && celEqual(item, b.get(name)));
}
