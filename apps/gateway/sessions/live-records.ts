/**
 * Which records are of live consoles, and how many each GateToken has: told change by change, so that the answer costs the
 * same however many records are kept.
 */
export class LiveRecords {
  /** Name of the GateToken of each, empty for a console without one. */
  readonly #tokens = new Map<string, string>();
  readonly #counts = new Map<string, number>();
  /** Over, though the watch may still show them as live. */
  readonly #over = new Set<string>();

  /** @param token name of its GateToken */
  began(name: string, token = ''): void {
    if (this.#over.has(name) || this.#tokens.has(name)) return;
    this.#tokens.set(name, token);
    this.#counts.set(token, this.of(token) + 1);
  }

  /** Known before the watch shows it: whatever that says of the record until `forget`, it is over. */
  over(name: string): void {
    this.#over.add(name);
    this.drop(name);
  }

  /** The watch shows it as ended, or as gone. */
  forget(name: string): void {
    this.#over.delete(name);
    this.drop(name);
  }

  /** @returns how many are live of this GateToken */
  of(token: string): number {
    return this.#counts.get(token) ?? 0;
  }

  private drop(name: string): void {
    const token = this.#tokens.get(name);
    if (token === undefined) return;
    this.#tokens.delete(name);
    const left = this.of(token) - 1;
    if (left === 0) this.#counts.delete(token);
    else this.#counts.set(token, left);
  }
}
