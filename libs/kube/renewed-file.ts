import { readFileSync } from 'node:fs';

const FRESH_MS = 10_000;

/** A file that others renew: the kubelet's projected token and CA, a kubeconfig's tokenFile. */
export class RenewedFile {
  #content: string | undefined;
  #readAt = -Infinity;

  /** @param parse takes what is in the file; throws where that cannot be used */
  constructor(
    readonly path: string,
    private readonly parse: (text: string) => string,
  ) {}

  /**
   * What the file holds; read again at most every 10 s. The last good content while the file cannot be used: a request
   * with that says clearly when it is no longer good.
   */
  get current(): string | undefined {
    if (performance.now() - this.#readAt < FRESH_MS) return this.#content;
    try {
      return this.readNow();
    } catch {
      return this.#content;
    }
  }

  /** @throws Error with the file's path when it cannot be used */
  readNow(): string {
    this.#readAt = performance.now();
    return (this.#content = this.parse(readText(this.path)));
  }
}

/** @throws Error with the file's path and why it cannot be read */
export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    const why = code === 'ENOENT' ? 'the file does not exist' : `the file cannot be read (${String(code)})`;
    throw new Error(`${path}: ${why}`, { cause: error });
  }
}
