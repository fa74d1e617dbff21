/** Why a path has no place in a request or in a grant. */
export type PathFault =
  | 'relative'
  | 'query'
  | 'character'
  | 'empty-segment'
  | 'dot-segment'
  | 'bad-escape'
  | 'needless-escape'
  | 'refused-escape';

export type CanonicalPath = { ok: true; path: string } | { ok: false; reason: PathFault; message: string };

export const PATH_FAULTS: Readonly<Record<PathFault, string>> = {
  relative: 'The path must start with "/".',
  query: 'The path must not contain a query or a fragment.',
  character: 'The path contains a character that is not allowed.',
  'empty-segment': 'The path contains an empty segment ("//" or a trailing "/").',
  'dot-segment': 'The path contains a "." or ".." segment.',
  'bad-escape': 'The path contains an invalid percent-encoding.',
  'needless-escape': 'The path percent-encodes a character that does not need it: write the character itself.',
  'refused-escape':
    'The path percent-encodes a slash, backslash, semicolon, percent sign or control character, which is not allowed.',
};

/**
 * The one accepted form of a request path. What is refused here has two readings, and the one that matched a grant
 * might not be the one that the API server acts on. A good path is returned unchanged: match it, forward it.
 * @param raw the request target without its query
 */
export function canonicalPath(raw: string): CanonicalPath {
  const reason = pathFault(raw);
  return reason === undefined ? { ok: true, path: raw } : { ok: false, reason, message: PATH_FAULTS[reason] };
}

const SLASH = 0x2f;
const PERCENT = 0x25;
const DOT = 0x2e;

/** RFC 3986 pchar without "%" and ";", and the slash: what may stand plainly. 1 marks the unreserved ones, 2 the rest. */
const PLAIN = new Uint8Array(128);
for (const char of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~') PLAIN[char.charCodeAt(0)] = 1;
for (const char of "!$&'()*+,=:@/") PLAIN[char.charCodeAt(0)] = 2;

/**
 * As canonicalPath, without an answer to allocate.
 * @param open the text goes on: its end may be an empty segment (the part of a pattern before `*`)
 */
export function pathFault(raw: string, open = false): PathFault | undefined {
  if (raw.charCodeAt(0) !== SLASH) return 'relative';
  if (raw.length === 1) return undefined;
  let start = 1;
  let wide = false;
  for (let i = 1; i < raw.length; i++) {
    const code = raw.charCodeAt(i);
    if (code === SLASH) {
      const fault = segmentFault(raw, start, i);
      if (fault !== undefined) return fault;
      start = i + 1;
    } else if (code === PERCENT) {
      const value = hex(raw.charCodeAt(i + 1)) * 16 + hex(raw.charCodeAt(i + 2));
      const fault = escapeFault(value);
      if (fault !== undefined) return fault;
      wide ||= value > 0x7f;
      i += 2;
    } else if (code > 0x7f || PLAIN[code] === 0) {
      return code === 0x3f || code === 0x23 ? 'query' : 'character';
    }
  }
  if (!(open && start === raw.length)) {
    const fault = segmentFault(raw, start, raw.length);
    if (fault !== undefined) return fault;
  }
  return wide && !isUtf8(raw) ? 'bad-escape' : undefined;
}

function segmentFault(raw: string, start: number, end: number): PathFault | undefined {
  if (end === start) return 'empty-segment';
  if (raw.charCodeAt(start) !== DOT) return undefined;
  if (end === start + 1 || (end === start + 2 && raw.charCodeAt(start + 1) === DOT)) return 'dot-segment';
  return undefined;
}

/** @param value the escaped byte; NaN if the escape is invalid */
function escapeFault(value: number): PathFault | undefined {
  if (Number.isNaN(value)) return 'bad-escape';
  if (value < 0x20 || value === 0x7f || value === SLASH || value === PERCENT || value === 0x5c || value === 0x3b) {
    return 'refused-escape';
  }
  if (value === DOT) return 'dot-segment';
  return PLAIN[value] === 1 ? 'needless-escape' : undefined;
}

function hex(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : Number.NaN;
}

/** An overlong UTF-8 sequence is one more way to write a slash. */
function isUtf8(raw: string): boolean {
  try {
    decodeURIComponent(raw);
    return true;
  } catch {
    return false;
  }
}
