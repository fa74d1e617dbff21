import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The first executable of this name on PATH, outside of `except`. */
export function findOnPath(name: string, path: string, except: string): string | undefined {
  return path
    .split(delimiter)
    .filter((folder) => folder !== '' && folder !== except)
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
