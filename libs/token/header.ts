import { TokenError } from './errors.js';

/** Longest token that is looked at: far above the largest grant that fits into an object of the API server. */
export const MAX_TOKEN = 512 * 1024;

const SHAPE = /^[\w-]+\.[\w-]+\.[\w-]+$/;
/** Headers that choose a key, or that a reader must understand: none of them has a meaning here. */
const REFUSED = ['crit', 'b64', 'jwk', 'jku', 'x5c', 'x5u', 'zip', 'enc'];

/**
 * Looks at the header before any key is chosen: the algorithm is ours, not the token's.
 * @returns the key id, where the token names one
 * @throws TokenError too-large, malformed, algorithm
 */
export function readHeader(token: string): { kid: string | undefined } {
  if (token.length > MAX_TOKEN) throw new TokenError('too-large', `The token is longer than ${MAX_TOKEN} characters.`);
  const header = SHAPE.test(token) ? decode(token.slice(0, token.indexOf('.'))) : undefined;
  if (header === undefined) {
    if (unsigned(token)) throw new TokenError('algorithm', 'The token is not signed.');
    throw new TokenError('malformed', 'This is no token: it must be a JWT of three parts.');
  }
  if (header['alg'] !== 'RS256') throw new TokenError('algorithm', 'The token is not signed with RS256.');
  for (const name of REFUSED) {
    if (Object.hasOwn(header, name)) throw new TokenError('algorithm', `The token's header "${name}" is not accepted.`);
  }
  const { kid, typ } = header;
  if (typ !== undefined && (typeof typ !== 'string' || !/^(jwt|at\+jwt)$/i.test(typ))) {
    throw new TokenError('malformed', 'The token is of another type than JWT.');
  }
  if (kid !== undefined && (typeof kid !== 'string' || kid === '' || kid.length > 256)) {
    throw new TokenError('malformed', 'The token names no usable key id.');
  }
  return { kid };
}

/** @returns the key id of a token that is trusted for other reasons; undefined where it names none, or is no token */
export function kidOf(token: string): string | undefined {
  const kid = decode(token.slice(0, Math.max(0, token.indexOf('.'))))?.['kid'];
  return typeof kid === 'string' ? kid : undefined;
}

/** `HEADER.PAYLOAD.` with an empty signature: what `alg: none` looks like. */
function unsigned(token: string): boolean {
  return /^[\w-]+\.[\w-]+\.$/.test(token);
}

function decode(part: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
