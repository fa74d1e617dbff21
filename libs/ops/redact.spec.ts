import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redact } from './redact.js';

const JWT = 'eyJhbGciOiJSUzI1NiIsImtpZCI6IngifQ.eyJVUkxzIjpbIi92ZXJzaW9uIl19.c2lnbmF0dXJlLWJ5dGVz';
const CODE = 'q83vEjRWeJCrze8SNFZ4kKvN';

describe('security row 7: the logger masks what gives access', () => {
  it.each([
    ['a JWT', `got ${JWT}.`, 'got [secret].'],
    ['a JWT in a query', `GET /auth/jwt/set?token=${JWT}&name=vm`, 'GET /auth/jwt/set?token=[secret]&name=vm'],
    ['a quoted JWT in a query', `?token=%22${JWT}%22&name=vm`, '?token=%22[secret]%22&name=vm'],
    ['a cut JWT', JWT.slice(0, 60), '[secret]'],
    ['a link', `https://gw/l#${CODE} sent`, 'https://gw/l#[secret] sent'],
    ['an encoded link', `https%3A%2F%2Fgw%2Fl%23${CODE}`, 'https%3A%2F%2Fgw%2Fl%23[secret]'],
    ['a bearer header', 'authorization: Bearer abc.def-123', 'authorization: Bearer [secret]'],
    ['a bearer header in JSON', '{"authorization":"bearer abc"}', '{"authorization":"bearer [secret]"}'],
    ['another scheme', 'Authorization: Basic YWxhZGRpbjpvcGVu', 'Authorization: Basic [secret]'],
    ['a token within JSON within JSON', `{"m":"{\\"token\\":\\"${CODE}\\"}"}`, '{"m":"{\\"token\\":\\"[secret]\\"}"}'],
    ['a code in JSON', `{"code":"${CODE}"}`, '{"code":"[secret]"}'],
    ['a cookie', `cookie: kg-jwt-session-code=uid.1.n.h; x=y`, 'cookie: kg-jwt-session-code=[secret]; x=y'],
    ['an OpenShift token', 'sha256~abcDEF_123', '[secret]'],
    [
      'a bearer subprotocol',
      'base64url.bearer.authorization.k8s.io.YWJj, plain.kubevirt.io',
      'base64url.bearer.authorization.k8s.io.[secret], plain.kubevirt.io',
    ],
  ])('%s', (_, text, expected) => {
    expect(redact(text)).toBe(expected);
    expect(redact(redact(text))).toBe(expected);
  });

  it.each(['GET /api/v1/namespaces/ns/pods?watch=true 200', '#42 closed', 'code: 404', 'token expired', 'exit code=1'])(
    'leaves %j alone',
    (text) => {
      expect(redact(text)).toBe(text);
    },
  );
});

describe('redact on log lines', () => {
  const secret = fc.constantFrom(
    JWT,
    CODE,
    `Bearer ${CODE}`,
    `#${CODE}`,
    `token=${CODE}`,
    `kg-jwt-session-code=${CODE}`,
    'authorization: x y',
  );
  const text = fc
    .array(fc.oneof(secret, fc.string(), fc.constantFrom('"', '\\', "'", '{', ' ', '\n', '=')))
    .map((parts) => parts.join(' '));

  it('leaves JSON JSON, and no secret in it', () => {
    fc.assert(
      fc.property(text, (msg) => {
        const line = redact(JSON.stringify({ msg, nested: JSON.stringify({ msg }) }));
        expect(() => JSON.parse(line) as unknown).not.toThrow();
        expect(line).not.toContain(JWT);
        expect(line).not.toContain(`#${CODE}`);
        expect(line).not.toContain(`Bearer ${CODE}`);
        expect(line).not.toContain(`token=${CODE}`);
      }),
      { numRuns: 3000 },
    );
  });
});

it('is not slow on a hostile line', () => {
  const start = performance.now();
  for (const piece of ['eyJ', 'kg-', '#', 'token=', 'Bearer ', 'authorization:']) redact(piece.repeat(10_000));
  expect(performance.now() - start).toBeLessThan(2000);
});
