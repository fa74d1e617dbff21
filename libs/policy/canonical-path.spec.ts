import { posix } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalPath } from './canonical-path.js';

const reason = (raw: string) => {
  const found = canonicalPath(raw);
  return found.ok ? 'ok' : found.reason;
};

describe('security row 1: one canonical path', () => {
  it.each([
    ['/', 'ok'],
    ['/version', 'ok'],
    ['/api/v1/namespaces/ns/pods/web-1.2_3~4', 'ok'],
    ['/apis/a.b.io/v1/x/system:node', 'ok'],
    ['/api/v1/namespaces/ns/services/https:web:443/proxy', 'ok'],
    ['/a/...', 'ok'],
    ['/a/..b', 'ok'],
    ['/a/.b', 'ok'],
    ['/a/b%20c', 'ok'],
    ['/a/%3Ab', 'ok'],
    ['/a/%c3%a9', 'ok'],
    ['', 'relative'],
    ['api/v1', 'relative'],
    ['http://host/api', 'relative'],
    ['*', 'relative'],
    ['//host/api', 'empty-segment'],
    ['/api//v1', 'empty-segment'],
    ['/api/', 'empty-segment'],
    ['/api/./v1', 'dot-segment'],
    ['/api/../v1', 'dot-segment'],
    ['/api/..', 'dot-segment'],
    ['/.', 'dot-segment'],
    ['/api/%2e%2e/v1', 'dot-segment'],
    ['/api/.%2E/v1', 'dot-segment'],
    ['/api%2fv1', 'refused-escape'],
    ['/api%2Fv1', 'refused-escape'],
    ['/api%5cv1', 'refused-escape'],
    ['/api%5Cv1', 'refused-escape'],
    ['/api%00', 'refused-escape'],
    ['/api%0d%0aX', 'refused-escape'],
    ['/api%3bx', 'refused-escape'],
    ['/api%252fv1', 'refused-escape'],
    ['/api%7f', 'refused-escape'],
    ['/api/secr%65ts', 'needless-escape'],
    ['/api/%73ecrets', 'needless-escape'],
    ['/api;x=1/v1', 'character'],
    ['/api\\v1', 'character'],
    ['/api v1', 'character'],
    ['/api\tv1', 'character'],
    ['/api\u0000', 'character'],
    ['/caf\u00e9', 'character'],
    ['/a/\uff0e\uff0e', 'character'],
    ['/api?x', 'query'],
    ['/api#x', 'query'],
    ['/api%', 'bad-escape'],
    ['/api%2', 'bad-escape'],
    ['/api%zz', 'bad-escape'],
    ['/api%c0%af', 'bad-escape'],
    ['/api%ff', 'bad-escape'],
  ])('%j: %s', (raw, expected) => {
    expect(reason(raw)).toBe(expected);
  });

  it.each([
    ['api', 'The path must start with "/".'],
    ['/api?x', 'The path must not contain a query or a fragment.'],
    ['/api;x', 'The path contains a character that is not allowed.'],
    ['/api//v1', 'The path contains an empty segment ("//" or a trailing "/").'],
    ['/api/../v1', 'The path contains a "." or ".." segment.'],
    ['/api%zz', 'The path contains an invalid percent-encoding.'],
    ['/%61pi', 'The path percent-encodes a character that does not need it: write the character itself.'],
    [
      '/api%2fv1',
      'The path percent-encodes a slash, backslash, semicolon, percent sign or control character, which is not allowed.',
    ],
  ])('%s: %s', (raw, message) => {
    expect(canonicalPath(raw)).toMatchObject({ ok: false, message });
  });

  it.each([...'ABCXYZabcxyz0189-_~'])('refuses the escape of %s, and takes it plainly', (char) => {
    expect(reason(`/x${char}`)).toBe('ok');
    const escape = char.charCodeAt(0).toString(16);
    expect(reason(`/%${escape}`)).toBe('needless-escape');
    expect(reason(`/%${escape.toUpperCase()}`)).toBe('needless-escape');
  });

  it.each([..."!$&'()*+,=:@"])('takes %s plainly and as an escape', (char) => {
    expect(reason(`/x${char}`)).toBe('ok');
    expect(reason(`/%${char.charCodeAt(0).toString(16)}`)).toBe('ok');
  });

  it.each([...'"<>[]^`{|} \u007f'])('refuses %j, and takes the escape of what is printable', (char) => {
    expect(reason(`/x${char}`)).toBe('character');
    expect(reason(`/%${char.charCodeAt(0).toString(16)}`)).toBe(char === '\u007f' ? 'refused-escape' : 'ok');
  });

  it.each([
    ['/%1f', 'refused-escape'],
    ['/%20', 'ok'],
    ['/%2f', 'refused-escape'],
    ['/%30', 'needless-escape'],
    ['/%60', 'ok'],
    ['/%7f', 'refused-escape'],
    ['/%80', 'bad-escape'],
    ['/%C3%A9', 'ok'],
    ['/%/a', 'bad-escape'],
    ['/%2:', 'bad-escape'],
    ['/%2`', 'bad-escape'],
    ['/%2g', 'bad-escape'],
    ['/%2/', 'bad-escape'],
    ['/%2@', 'bad-escape'],
    ['/%2E', 'dot-segment'],
    ['/a%2ea', 'dot-segment'],
    ['/a.', 'ok'],
    ['/a..', 'ok'],
    ['/..a', 'ok'],
    ['/.a/b', 'ok'],
  ])('%s: %s', (raw, expected) => {
    expect(reason(raw)).toBe(expected);
  });

  const piece = fc.constantFrom(
    'a',
    'pods',
    '.',
    '..',
    '/',
    '//',
    '%2f',
    '%2e',
    '%20',
    '%',
    ';',
    '\\',
    '%c0%af',
    '*',
    ':',
  );
  const path = fc.oneof(
    fc.array(piece).map((pieces) => `/${pieces.join('')}`),
    fc.webPath(),
    fc.string(),
  );

  it('accepts only what no other reader would change', () => {
    fc.assert(
      fc.property(path, (raw) => {
        const found = canonicalPath(raw);
        if (!found.ok) return;
        expect(found.path).toBe(raw);
        expect(new URL(`http://host${raw}`).pathname).toBe(raw);
        expect(posix.normalize(raw)).toBe(raw);
        for (const segment of raw === '/' ? [] : raw.slice(1).split('/').map(decodeURIComponent)) {
          expect(segment).toMatch(/^[^/\\;%]+$/u);
          expect(['.', '..']).not.toContain(segment);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
