export const PAGE = 50;

/**
 * The page of a long list that an address names, as it is written there; the nearest one if there is no such page.
 * @returns its number, counted from 1, how many there are, and its items
 */
export function pageOf<T>(items: T[], written: string): { at: number; last: number; items: T[] } {
  const last = Math.max(1, Math.ceil(items.length / PAGE));
  const at = Math.min(Math.max(1, Math.trunc(Number(written)) || 1), last);
  return { at, last, items: items.slice((at - 1) * PAGE, at * PAGE) };
}
