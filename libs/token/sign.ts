import { CompactSign } from 'jose/jws/compact/sign';
import { type Claims, readClaims } from './claims.js';
import { TokenError } from './errors.js';
import { MAX_TOKEN } from './header.js';
import { type SigningKey } from './secret-keys.js';

/**
 * An RS256 JWT with `kid`. jose signs on libuv's threads: @nestjs/jwt would hold up everything else for 0.3 ms a token
 * (RSA 2048), and for 4 ms with RSA 4096.
 * @throws TokenError claims, too-large: a token that no KeyRing would accept is never made
 */
export async function sign(claims: Claims, { privateKey, kid }: SigningKey): Promise<string> {
  const payload = Buffer.from(JSON.stringify(readClaims(claims)));
  const token = await new CompactSign(payload).setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid }).sign(privateKey);
  if (token.length <= MAX_TOKEN) return token;
  const message = `The token would have ${token.length} characters, and clients can present at most ${MAX_TOKEN}`;
  throw new TokenError('too-large', `${message}: use fewer or shorter URLs, or issue a link, which has no such limit.`);
}
