import { describe, expect, it } from 'vitest';
import { checkWindow, readClaims } from './claims.js';
import { DurationError, SecretKeyError, TokenError } from './errors.js';

const good = {
  URLs: ['/version'],
  verbs: ['get'],
  exp: 60,
  nbf: 0,
  jti: 'uid',
  iss: 'https://gw',
  sub: 'ns/t',
};
const of = (length: number, text = 'a') => Array.from({ length }, () => text);
const LAST = 8.64e12;

describe('claims', () => {
  it.each<[string, object]>([
    ['500 URLs', { URLs: of(500) }],
    ['a URL of 2048 characters', { URLs: ['/'.padEnd(2048, 'a')] }],
    ['16 verbs', { verbs: of(16) }],
    ['a verb of 16 characters', { verbs: ['x'.repeat(16)] }],
    ['a jti of 128', { jti: 'x'.repeat(128) }],
    ['an iss of 2048', { iss: 'x'.repeat(2048) }],
    ['a sub of 512', { sub: 'x'.repeat(512) }],
    ['the last instant', { exp: LAST }],
    ['the first instant', { nbf: 0, exp: 0.5 }],
    ['no optional claim', { jti: undefined, iss: undefined, sub: undefined }],
  ])('may have %s', (_, part) => {
    expect(readClaims({ ...good, ...part })).toEqual({ ...good, ...part });
  });

  it.each<[string, unknown]>([
    ['the payload is not an object', undefined],
    ['the payload is not an object', null],
    ['the payload is not an object', 'text'],
    ['the payload is not an object', []],
    ['URLs must be a list with at least one entry', { ...good, URLs: [] }],
    ['URLs must be a list with at least one entry', { ...good, URLs: '/version' }],
    ['URLs has more than 500 entries', { ...good, URLs: of(501) }],
    ['URLs may hold only non-empty strings', { ...good, URLs: [''] }],
    ['an entry of URLs is longer than 2048 characters', { ...good, URLs: ['a'.repeat(2049)] }],
    ['verbs must be a list with at least one entry', { ...good, verbs: undefined }],
    ['verbs has more than 16 entries', { ...good, verbs: of(17) }],
    ['verbs may hold only non-empty strings', { ...good, verbs: [1] }],
    ['an entry of verbs is longer than 16 characters', { ...good, verbs: ['a'.repeat(17)] }],
    ['exp is missing', { ...good, exp: undefined }],
    ['nbf is missing', { ...good, nbf: undefined }],
    ['exp must be a number of seconds', { ...good, exp: '60' }],
    ['exp must be a number of seconds', { ...good, exp: LAST + 1 }],
    ['nbf must be a number of seconds', { ...good, nbf: -1 }],
    ['exp must be after nbf', { ...good, exp: 0 }],
    ['jti must be a string of 1 to 128 characters', { ...good, jti: '' }],
    ['jti must be a string of 1 to 128 characters', { ...good, jti: 'x'.repeat(129) }],
    ['iss must be a string of 1 to 2048 characters', { ...good, iss: 'x'.repeat(2049) }],
    ['sub must be a string of 1 to 512 characters', { ...good, sub: 1 }],
  ])('are refused: %s', (message, payload) => {
    expect(() => readClaims(payload)).toThrow(new TokenError('claims', `Invalid claims: ${message}.`));
  });
});

describe('the time in which claims hold', () => {
  const window = { nbf: 100, exp: 200 };
  it('is said in the refusal', () => {
    const early = 'The token is not valid before 1970-01-01T00:01:40.000Z.';
    expect(() => checkWindow(window, 94_999)).toThrow(new TokenError('not-yet-valid', early));
    expect(() => checkWindow(window, 200_000)).toThrow(
      new TokenError('expired', 'The token expired at 1970-01-01T00:03:20.000Z.'),
    );
  });
});

describe('errors', () => {
  it('say by name what they are', () => {
    expect(String(new TokenError('claims', 'x'))).toBe('TokenError: x');
    expect(String(new SecretKeyError('no-key', 'x'))).toBe('SecretKeyError: x');
    expect(String(new DurationError('x'))).toBe('DurationError: x');
    expect(new DurationError('x').code).toBe('duration');
  });
});
