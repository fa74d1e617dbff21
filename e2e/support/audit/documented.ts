import { readFileSync } from 'node:fs';

const DOCUMENT = new URL('../../../docs/audit.md', import.meta.url);

/** What docs/audit.md names. */
export interface Documented {
  readonly kinds: ReadonlySet<string>;
  readonly outcomes: ReadonlySet<string>;
  readonly rules: ReadonlySet<string>;
}

let read: Documented | undefined;

/** The words of the tables of docs/audit.md. @throws Error if it has no such table */
export function documented(): Documented {
  read ??= parse(readFileSync(DOCUMENT, 'utf8'));
  return read;
}

function parse(text: string): Documented {
  const rows = text.split('\n').map((line) => line.split('|').map((cell) => cell.trim()));
  const column = (heading: string): string[] => {
    const from = rows.findIndex(([, first], at) => first === heading && rows[at + 1]?.[1]?.startsWith('---'));
    const end = rows.findIndex((row, at) => at > from && row.length < 3);
    if (from < 0) throw new Error(`docs/audit.md has no table ${heading}`);
    return rows.slice(from + 2, end).map(([, first = '']) => first);
  };
  const outcomes = rows.find(([, first]) => first === '`outcome`')?.[2];
  if (outcomes === undefined) throw new Error('docs/audit.md does not say which outcomes there are');
  // In parentheses are the fields that come with an outcome.
  const named = words(outcomes.replace(/\([^)]*\)|with [^;]*/g, ''));
  return {
    kinds: new Set(column('`audit`').flatMap(words)),
    outcomes: new Set(named),
    rules: new Set(column('`rule`').flatMap(words)),
  };
}

const words = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word);
