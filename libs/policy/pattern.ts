import { canonicalPath, pathFault, type PathFault } from './canonical-path.js';

/** One entry of a grant's urls, read. */
export type Pattern =
  | {
      readonly ok: true;
      readonly exact: boolean;
      /** The path, or all that stands before the `*`. */ readonly text: string;
    }
  | { readonly ok: false; readonly reason: PathFault | 'too-long' | 'star'; readonly message: string };

const MAX_URL = 2048;
export const MAX_URLS = 500;

/**
 * `/path` means that path alone; `/pre*` means every path that begins with `/pre`, whatever follows, slashes included;
 * `*` means every path. A `*` anywhere but at the end is refused.
 */
export function parsePattern(url: string): Pattern {
  if (url === '*') return { ok: true, exact: false, text: '/' };
  if (url.length > MAX_URL) {
    return {
      ok: false,
      reason: 'too-long',
      message: `The URL has ${url.length} characters; the maximum is ${MAX_URL}.`,
    };
  }
  const open = url.endsWith('*');
  const text = open ? url.slice(0, -1) : url;
  if (text.includes('*')) return { ok: false, reason: 'star', message: '"*" is allowed only at the end of a URL.' };
  if (!open) {
    const path = canonicalPath(text);
    return path.ok ? { ok: true, exact: true, text } : path;
  }
  const reason = pathFault(text, true);
  return reason === undefined ? { ok: true, exact: false, text } : (canonicalPath(text) as Pattern & { ok: false });
}
