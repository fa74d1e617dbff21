/** The paths of a grant, compiled: lookups cost a hash and a binary search, whatever the number of urls. */
export class Matcher {
  readonly #exact: ReadonlySet<string>;
  /** Sorted, none a prefix of another. */
  readonly #prefixes: readonly string[];

  constructor(exact: Iterable<string>, prefixes: Iterable<string>) {
    this.#exact = new Set(exact);
    this.#prefixes = minimal([...prefixes].sort(byCodeUnit));
  }

  isExact(path: string): boolean {
    return this.#exact.has(path);
  }

  matches(path: string): boolean {
    return this.#exact.has(path) || this.#matchesPrefix(path);
  }

  /**
   * Only the greatest prefix that is not greater than the path can match: whatever stands between a matching prefix
   * and the path in order begins with that prefix, and would have been left out as covered.
   */
  #matchesPrefix(path: string): boolean {
    let low = 0;
    let high = this.#prefixes.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#prefixes[middle] ?? '') <= path) low = middle + 1;
      else high = middle;
    }
    const candidate = this.#prefixes[low - 1];
    return candidate !== undefined && path.startsWith(candidate);
  }
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function minimal(sorted: readonly string[]): string[] {
  const kept: string[] = [];
  for (const prefix of sorted) {
    const last = kept.at(-1);
    if (last === undefined || !prefix.startsWith(last)) kept.push(prefix);
  }
  return kept;
}
