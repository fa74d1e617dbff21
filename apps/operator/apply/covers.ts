/**
 * Does `live` hold everything that `wanted` says? Fields beyond it (defaults, status, what others added) do not matter;
 * lists must have the same length and order.
 */
export function covers(live: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) {
    if (!Array.isArray(live)) return wanted.length === 0 && live === undefined;
    return live.length === wanted.length && wanted.every((entry, index) => covers(live[index], entry));
  }
  if (typeof wanted === 'object' && wanted !== null) {
    const has = typeof live === 'object' && live !== null && !Array.isArray(live) ? live : {};
    return Object.entries(wanted).every(([name, value]) => covers((has as Record<string, unknown>)[name], value));
  }
  // The API server leaves out what is empty.
  return Object.is(live, wanted) || (live === undefined && (wanted === '' || wanted === undefined));
}
