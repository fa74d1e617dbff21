import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cluster } from './cluster.js';

/** What a test did that only it knows, for the check of all logs after the last test. */
export type Note =
  | { readonly credential: string; readonly what: string }
  /** A process was killed without a warning: what it was doing has no end in the log. @property uid of its pod */
  | { readonly killed: string; readonly uid: string; readonly at: number };

const fileIn = (data: string): string => join(data, 'notes-of-tests');

/** Tells the check after the last test. */
export function note(one: Note): void {
  appendFileSync(fileIn(cluster().data), `${JSON.stringify(one)}\n`);
}

/** @param data the launcher's data folder @returns what the tests noted */
export function notesIn(data: string): Note[] {
  if (!existsSync(fileIn(data))) return [];
  const lines = readFileSync(fileIn(data), 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as Note);
}
