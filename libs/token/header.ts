import { decodeProtectedHeader, type ProtectedHeaderParameters } from 'jose/decode/protected_header';
import { TokenError } from './errors.js';

/**
 * Longest token, in characters, at creation as at every door of the gateway: `Authorization`, cookie, address, body. The
 * gateway takes 16 KiB of address and headers together; a quarter of that is left for the other headers.
 */
export const MAX_TOKEN = 12 * 1024;

const SHAPE = /^[\w-]+\.[\w-]+\.[\w-]*$/;
/** Headers that choose a key, or that a reader must understand: none of them has a meaning here. */
const REFUSED = ['crit', 'b64', 'jwk', 'jku', 'x5c', 'x5u', 'zip', 'enc'];

/**
 * Looks at the header before any key is chosen: the algorithm is ours, not the token's.
 * @returns the key id, where the token names one
 * @throws TokenError too-large, malformed, algorithm
 */
export function readHeader(token: string): { kid: string | undefined } {
  if (token.length > MAX_TOKEN) throw new TokenError('too-large', `The token is longer than ${MAX_TOKEN} characters.`);
  if (!SHAPE.test(token)) throw new TokenError('malformed', 'Invalid token: expected a three-part JWT.');
  // What `alg: none` looks like.
  if (token.endsWith('.')) throw new TokenError('algorithm', 'The token is not signed.');
  const header = decode(token);
  if (header === undefined) throw new TokenError('malformed', 'Invalid token: the header of the JWT is not JSON.');
  const { alg, kid, typ }: Record<string, unknown> = header;
  if (alg !== 'RS256') throw new TokenError('algorithm', 'The token is not signed with RS256.');
  const refused = REFUSED.find((name) => Object.hasOwn(header, name));
  if (refused !== undefined) throw new TokenError('algorithm', `The header "${refused}" of the token is not accepted.`);
  if (typ !== undefined && (typeof typ !== 'string' || !/^(jwt|at\+jwt)$/i.test(typ))) {
    throw new TokenError('malformed', 'The type (typ) of the token is not JWT.');
  }
  if (kid !== undefined && (typeof kid !== 'string' || kid === '' || kid.length > 256)) {
    throw new TokenError('malformed', 'The key id (kid) of the token is not a string of 1 to 256 characters.');
  }
  return { kid };
}

/** @returns the key id of a token that is trusted for other reasons; undefined where it names none, or is not a JWT */
export function kidOf(token: string): string | undefined {
  const kid: unknown = decode(token)?.kid;
  return typeof kid === 'string' ? kid : undefined;
}

function decode(token: string): ProtectedHeaderParameters | undefined {
  try {
    return decodeProtectedHeader(token);
  } catch {
    return undefined;
  }
}
