import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Whether a file is there and may be used so: `constants.X_OK`, `constants.R_OK`. */
export function isAccessible(file: string, mode: number): boolean {
  try {
    accessSync(file, mode);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** The first executable of this name on a PATH, outside of the folder `except`. */
export const findOnPath = (name: string, path: string, except?: string): string | undefined =>
  path
    .split(delimiter)
    .filter((folder) => folder !== '' && folder !== except)
    .map((folder) => join(folder, name))
    .find((file) => isAccessible(file, constants.X_OK));
