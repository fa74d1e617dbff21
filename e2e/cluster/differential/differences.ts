import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { type Difference } from './compare.js';

/** A difference that is known and stays, with the reason. `*` in a request or a path stands for anything. */
interface Known {
  /** `THEME: STEP` */
  request: string;
  /** Dotted, as compare.ts writes them; each must differ in some step. */
  paths: string[];
  reason: string;
}

/** The list of what may differ; says in the end which of its entries nothing needed. */
export class KnownDifferences {
  readonly #known: { name: string; request: RegExp; path: RegExp; met: boolean }[];

  constructor(file = join(import.meta.dirname, 'differences.yaml')) {
    const entries = (parse(readFileSync(file, 'utf8')) ?? []) as Known[];
    this.#known = entries.flatMap(({ request, paths, reason }) =>
      paths.map((path) => ({
        name: `${request} at ${path}: ${reason}`,
        request: pattern(request),
        path: pattern(path),
        met: false,
      })),
    );
  }

  /** Those of the differences that nobody expects. */
  unexpected(request: string, differences: Difference[]): Difference[] {
    return differences.filter(({ path }) => {
      const known = this.#known.filter((entry) => entry.request.test(request) && entry.path.test(path));
      for (const entry of known) entry.met = true;
      return known.length === 0;
    });
  }

  /** Entries that no longer differ. */
  unmet(): string[] {
    return this.#known.filter(({ met }) => !met).map(({ name }) => name);
  }
}

const pattern = (text: string): RegExp =>
  new RegExp(`^${text.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`, 's');
