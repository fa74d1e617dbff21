import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** One folder after the other: `recursive` never returns where a file system refuses with ENOENT, as /proc does. @returns what was made */
export function makeFolder(path: string): string[] {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return [];
  const made = dirname(path) === path ? [] : makeFolder(dirname(path));
  mkdirSync(path, { mode: 0o700 });
  return [...made, path];
}
