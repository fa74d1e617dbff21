import { describe, expect, it } from 'vitest';
import { TokenError } from './errors.js';
import { kidOf, MAX_TOKEN, readHeader } from './header.js';

const token = (header: unknown, payload = 'e30') =>
  `${Buffer.from(JSON.stringify(header)).toString('base64url')}.${payload}.AAAA`;
const good = { alg: 'RS256', kid: 'k' };

describe('the header of a token', () => {
  it.each([
    ['k', token(good)],
    [undefined, token({ alg: 'RS256' })],
    ['k'.repeat(256), token({ ...good, kid: 'k'.repeat(256) })],
    ['k', token({ ...good, typ: 'JWT' })],
    ['k', token({ ...good, typ: 'at+jwt' })],
    ['k', token(good, 'a'.repeat(MAX_TOKEN - token(good, '').length))],
  ])('names the key %s', (kid, text) => {
    expect(readHeader(text)).toEqual({ kid });
  });

  const LONG = `The token is longer than ${MAX_TOKEN} characters.`;
  const SHAPE = 'Invalid token: expected a three-part JWT.';
  const KID = 'The key id (kid) of the token is not a string of 1 to 256 characters.';
  const TYP = 'The type (typ) of the token is not JWT.';
  const refused = (name: string) => `The header "${name}" of the token is not accepted.`;

  it.each([
    ['too-large', LONG, token(good, 'a'.repeat(MAX_TOKEN + 1 - token(good, '').length))],
    ['malformed', SHAPE, `"${token(good)}`],
    ['malformed', SHAPE, `${token(good)}"`],
    ['malformed', SHAPE, 'a.b'],
    ['algorithm', 'The token is not signed.', token(good).replace('AAAA', '')],
    ['malformed', 'Invalid token: the header of the JWT is not JSON.', 'a.b.c'],
    ['algorithm', 'The token is not signed with RS256.', token({ ...good, alg: 'HS256' })],
    ...['crit', 'b64', 'jwk', 'jku', 'x5c', 'x5u', 'zip', 'enc'].map(
      (name) => ['algorithm', refused(name), token({ ...good, [name]: '' })] as const,
    ),
    ['malformed', TYP, token({ ...good, typ: 'xjwt' })],
    ['malformed', TYP, token({ ...good, typ: 'jwtx' })],
    ['malformed', TYP, token({ ...good, typ: ['jwt'] })],
    ['malformed', KID, token({ ...good, kid: '' })],
    ['malformed', KID, token({ ...good, kid: ['k'] })],
    ['malformed', KID, token({ ...good, kid: 'k'.repeat(257) })],
  ] as const)('%s: %s', (code, message, text) => {
    expect(() => readHeader(text)).toThrow(new TokenError(code, message));
    expect(() => readHeader(text)).toThrow(expect.objectContaining({ code }));
  });
});

describe('the key id of a trusted token', () => {
  it.each([
    ['k', token(good)],
    [undefined, token({ alg: 'RS256' })],
    [undefined, token({ ...good, kid: 1 })],
    [undefined, 'no token'],
  ])('is %s', (kid, text) => {
    expect(kidOf(text)).toBe(kid);
  });
});
