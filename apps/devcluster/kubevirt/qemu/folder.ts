import { closeSync, mkdirSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** The private folder of one machine: its sockets. */
export class Folder {
  readonly #fd: number;
  #open = true;

  /** @param path absolute; recreated */
  constructor(readonly path: string) {
    rmSync(path, { recursive: true, force: true });
    mkdirSync(path, { recursive: true, mode: 0o700 });
    this.#fd = openSync(path, 'r');
  }

  /** Path of a socket in it, short whatever the folder's is: a socket's path is limited to 107 bytes. Of this process. */
  socket(name: string): string {
    return `/proc/self/fd/${this.#fd}/${name}`;
  }

  file(name: string): string {
    return join(this.path, name);
  }

  /** Removes it with all that is in it. */
  remove(): void {
    if (!this.#open) return;
    this.#open = false;
    closeSync(this.#fd);
    rmSync(this.path, { recursive: true, force: true });
  }
}
