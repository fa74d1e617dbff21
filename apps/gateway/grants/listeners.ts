interface Entry<T> {
  readonly act: (event: T) => void;
  at: number;
}

/**
 * Listeners of which each request adds one and takes it away again. Not a Set: V8 gives one a new table after every few
 * additions, and each old table keeps the next one alive until a full collection, with every request that was in it.
 */
export class Listeners<T> {
  readonly #entries: Entry<T>[] = [];

  get size(): number {
    return this.#entries.length;
  }

  /** @returns takes it away */
  add(act: (event: T) => void): () => void {
    const entry = { act, at: this.#entries.length };
    this.#entries.push(entry);
    return () => {
      if (this.#entries[entry.at] !== entry) return;
      const last = this.#entries.pop();
      if (last === undefined || last === entry) return;
      this.#entries[entry.at] = last;
      last.at = entry.at;
    };
  }

  /** Calls each that is there now. */
  call(event: T): void {
    for (const { act } of [...this.#entries]) act(event);
  }
}
