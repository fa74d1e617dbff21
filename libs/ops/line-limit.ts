import { LRUCache } from 'lru-cache';

/** Lines of one kind that are written in a minute; the others are counted. */
const MOST_LINES = 60;
const MINUTE_MS = 60_000;
/** Kinds that are counted at once: less than 1 MB. */
const MOST_KINDS = 1000;

interface Count {
  written: number;
  omitted: number;
}

/** Bounds how many lines of one kind a log has in a minute (security.md row 21). */
export class LineLimit {
  /** By kind: a text, which unlike parts of a request does not keep its headers in memory. */
  readonly #counts = new LRUCache<string, Count>({
    max: MOST_KINDS,
    dispose: ({ omitted }, kind) => {
      if (omitted > 0) this.tell(kind, omitted);
    },
  });
  /** The minute that ends next; none while nothing is counted. */
  #minute: NodeJS.Timeout | undefined;

  /** @param tell of a kind of which lines were left out, at the end of the minute, and how many */
  constructor(private readonly tell: (kind: string, omitted: number) => void) {}

  /** @returns whether another line of this kind is to be written; else it is counted */
  admits(kind: string): boolean {
    this.#minute ??= setTimeout(() => this.end(), MINUTE_MS).unref();
    const count = this.#counts.get(kind) ?? { written: 0, omitted: 0 };
    const isAdmitted = count.written < MOST_LINES;
    if (isAdmitted) count.written += 1;
    else count.omitted += 1;
    this.#counts.set(kind, count);
    return isAdmitted;
  }

  get size(): number {
    return this.#counts.size;
  }

  /** Ends the minute, and tells what was left out. */
  end(): void {
    clearTimeout(this.#minute);
    this.#minute = undefined;
    this.#counts.clear();
  }
}

/** @returns what the line says that stands for so many others */
export const omittedWhy = (omitted: number): string =>
  `${omitted} more requests were refused for the same reason within a minute: they have no line of their own.`;
