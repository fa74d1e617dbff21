import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { type Request } from 'express';

/** Encodings that the build makes beside each file, the best first, and how their names end. */
const ENCODINGS = [
  ['br', '.br'],
  ['gzip', '.gz'],
] as const;

/** A file to send. */
interface Found {
  /** Below the folder. */
  readonly path: string;
  readonly headers: Record<string, string>;
}

/**
 * The files of the built dashboard, each as it is and in the encodings that were made of it. They do not change while the
 * gateway runs.
 */
export class Files {
  /** The tag of each file by its path. Of the content: files of two releases may have the same size and time. */
  private readonly tags: ReadonlyMap<string, string>;

  /** @throws Error if a page is missing */
  constructor(folder: string, pages: readonly string[]) {
    const root = resolve(folder);
    const entries = readdirSync(root, { recursive: true, encoding: 'utf8' }).map((name) => join(root, name));
    const paths = entries.filter((path) => statSync(path).isFile());
    this.tags = new Map(paths.map((path) => [relative(root, path), tagOf(path)]));
    for (const name of pages) {
      if (this.tags.has(name)) continue;
      throw new Error(`WEB_ROOT has no ${name} (${join(folder, name)}): build the dashboard first.`);
    }
  }

  /** @returns the file in the best encoding that the request accepts; undefined if there is none of that name */
  find(name: string, request: Pick<Request, 'acceptsEncodings'>): Found | undefined {
    const made = ENCODINGS.filter(([, end]) => this.tags.has(name + end));
    const [encoding, end = ''] = made.find(([one]) => request.acceptsEncodings(one) === one) ?? [];
    const tag = this.tags.get(name + end);
    if (tag === undefined || /\.(?:br|gz)$/.test(name)) return undefined;
    return {
      path: name + end,
      headers: {
        etag: tag,
        ...(made.length > 0 && { vary: 'Accept-Encoding' }),
        ...(encoding !== undefined && { 'content-encoding': encoding }),
        'content-type': typeOf(name),
      },
    };
  }
}

function tagOf(path: string): string {
  return `"${createHash('sha256').update(readFileSync(path)).digest('base64url').slice(0, 22)}"`;
}

const TYPES: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
  txt: 'text/plain; charset=utf-8',
};

/** Not by the end of the encoded file. */
function typeOf(name: string): string {
  return TYPES[name.slice(name.lastIndexOf('.') + 1)] ?? 'application/octet-stream';
}
