/** The newest of all keys that were added, up to a number of them. */
export class Newest {
  readonly #at = new Map<string, number>();
  /** Oldest first. */
  readonly #kept: string[] = [];

  constructor(private readonly most: number) {}

  get size(): number {
    return this.#kept.length;
  }

  has(key: string): boolean {
    return this.#at.has(key);
  }

  /** Adds a key, or moves it to another time. @returns the key that is no longer among the newest, if any; it may be this one */
  add(key: string, at: number): string | undefined {
    if (this.#at.get(key) === at) return undefined;
    this.delete(key);
    this.#at.set(key, at);
    this.#kept.splice(this.#placeOf(at), 0, key);
    if (this.size <= this.most) return undefined;
    const dropped = this.#kept.shift();
    if (dropped !== undefined) this.#at.delete(dropped);
    return dropped;
  }

  delete(key: string): void {
    if (this.#at.delete(key)) this.#kept.splice(this.#kept.indexOf(key), 1);
  }

  /** Where a key of this time belongs: after all that are as old. */
  #placeOf(at: number): number {
    let [low, high] = [0, this.size];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#at.get(this.#kept[middle] ?? '') ?? 0) <= at) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
