import { createHmac, createSign, generateKeyPairSync } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { calculateJwkThumbprint, createLocalJWKSet, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import {
  type Claims,
  KeyRing,
  type KeyRingOptions,
  sign,
  type SigningKey,
  thumbprint,
  toJwks,
  TokenError,
} from './index.js';

const newKey = (): SigningKey => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { privateKey, publicKey, kid: thumbprint(publicKey) };
};
const key = newKey();
const other = newKey();
const PEM = key.publicKey.export({ type: 'spki', format: 'pem' }).toString();
const NOW = Date.UTC(2030, 0, 1);
const seconds = NOW / 1000;
const claims: Claims = {
  URLs: ['/version'],
  verbs: ['get'],
  nbf: seconds,
  exp: seconds + 60,
  jti: 'uid',
  iss: 'https://gw',
  sub: 'ns/t',
};

const b64 = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
/** A token by hand, with whatever header and payload. */
function forge(header: unknown, payload: unknown = claims, by = key): string {
  const text = `${b64(header)}.${b64(payload)}`;
  return `${text}.${createSign('RSA-SHA256').update(text).sign(by.privateKey).toString('base64url')}`;
}
const good = { alg: 'RS256', kid: key.kid };
const ring = (options: KeyRingOptions = {}) => new KeyRing([key.publicKey], options);
const code = (token: string, options?: KeyRingOptions, now = NOW) => {
  try {
    ring(options).verify(token, now);
    return 'ok';
  } catch (error) {
    return error instanceof TokenError ? error.code : String(error);
  }
};

describe('security row 5: RS256 by a key in force, nothing else', () => {
  const unsigned = (alg: string) => `${b64({ ...good, alg })}.${b64(claims)}.`;
  const hmac = () => {
    const text = `${b64({ ...good, alg: 'HS256' })}.${b64(claims)}`;
    return `${text}.${createHmac('sha256', PEM).update(text).digest('base64url')}`;
  };
  it.each<[string, string, string]>([
    ['ok', 'a good token', forge(good)],
    ['ok', 'typ in lower case', forge({ ...good, typ: 'jwt' })],
    ['algorithm', 'none', unsigned('none')],
    ['algorithm', 'None', unsigned('None')],
    ['algorithm', 'none with a signature', forge({ ...good, alg: 'none' })],
    ['algorithm', 'RS256 without a signature', unsigned('RS256')],
    ['algorithm', 'HS256 with the public key', hmac()],
    ['algorithm', 'RS512', forge({ ...good, alg: 'RS512' })],
    ['algorithm', 'PS256', forge({ ...good, alg: 'PS256' })],
    ['algorithm', 'no alg', forge({ kid: key.kid })],
    ['algorithm', 'alg as a list', forge({ ...good, alg: ['RS256'] })],
    ['algorithm', 'crit', forge({ ...good, crit: ['exp'] })],
    ['algorithm', 'jwk', forge({ ...good, jwk: toJwks([other.publicKey]).keys[0] }, claims, other)],
    ['algorithm', 'jku', forge({ ...good, jku: 'https://evil.example/jwks' }, claims, other)],
    ['algorithm', 'x5c', forge({ ...good, x5c: ['AAAA'] })],
    ['algorithm', 'b64', forge({ ...good, b64: false })],
    ['malformed', 'another typ', forge({ ...good, typ: 'JWE' })],
    ['malformed', 'kid as a number', forge({ ...good, kid: 1 })],
    ['malformed', 'kid as a path', forge({ ...good, kid: '' })],
    ['malformed', 'no text', ''],
    ['malformed', 'two parts', 'a.b'],
    ['malformed', 'four parts', `${forge(good)}.x`],
    ['malformed', 'quoted', `"${forge(good)}"`],
    ['malformed', 'header no JSON', `${b64('x')}.${b64(claims)}.AAAA`],
    ['malformed', 'header a list', `${b64([])}.${b64(claims)}.AAAA`],
    ['malformed', 'header null', `${b64('null')}.${b64(claims)}.AAAA`],
    ['unknown-kid', 'a kid that is not in the ring', forge({ ...good, kid: other.kid }, claims, other)],
    ['unknown-kid', 'a kid of the prototype', forge({ ...good, kid: 'constructor' })],
    ['unknown-kid', 'no kid', forge({ alg: 'RS256' })],
    ['signature', 'another key under our kid', forge(good, claims, other)],
    ['signature', 'another payload', forge(good).replace(/\.[^.]+\./, `.${b64({ ...claims, URLs: ['*'] })}.`)],
    ['signature', 'a cut signature', forge(good).slice(0, -4)],
    ['too-large', '1 MB', forge(good, { ...claims, x: 'x'.repeat(1e6) })],
  ])('%s: %s', (expected, _, token) => {
    expect(code(token)).toBe(expected);
  });

  it('tries tokens without kid with each key, where they are accepted', () => {
    const options = { acceptUnregistered: true };
    const { jti: _, ...original } = claims;
    expect(code(forge({ alg: 'RS256', typ: 'JWT' }, original), options)).toBe('ok');
    expect(code(forge({ alg: 'RS256' }, original, other), options)).toBe('signature');
    expect(code(forge(good, original), options)).toBe('claims'); // with kid it must name its grant
    const both = new KeyRing([other.publicKey, key.publicKey], options);
    expect(both.verify(forge({ alg: 'RS256' }, original), NOW).URLs).toEqual(['/version']);
  });

  it('knows the issuer, where one is asked for', () => {
    expect(code(forge(good), { issuers: ['https://gw'] })).toBe('ok');
    expect(code(forge(good), { issuers: ['https://other'] })).toBe('claims');
    expect(code(forge(good, { ...claims, iss: undefined }), { issuers: ['https://gw'] })).toBe('claims');
  });

  const { jti: _, ...nameless } = claims;
  it.each<[string, string, KeyRingOptions?]>([
    ['The key that signed the token is not in force.', forge({ ...good, kid: other.kid }, claims, other)],
    ['The token does not name its key (kid).', forge({ alg: 'RS256' })],
    ['Invalid signature.', forge(good, claims, other)],
    [
      'Invalid signature: no key in force made it.',
      forge({ alg: 'RS256' }, claims, other),
      { acceptUnregistered: true },
    ],
    ['The token does not name its grant (jti).', forge(good, nameless)],
    ['The token was issued for another gateway (iss).', forge(good), { issuers: ['https://other'] }],
  ])('says why: %s', (message, token, options) => {
    expect(() => ring(options).verify(token, NOW)).toThrow(expect.objectContaining({ message }));
  });

  it('keeps the cause of a broken signature for the log', () => {
    expect(() => ring().verify(forge(good, claims, other), NOW)).toThrow(
      expect.objectContaining({ cause: expect.any(Error) as Error }),
    );
  });

  it('refuses the tokens of a key that is replaced', () => {
    const token = forge(good);
    expect(ring().verify(token, NOW).jti).toBe('uid');
    expect(() => new KeyRing([other.publicKey]).verify(token, NOW)).toThrow('not in force');
  });
});

describe('time: leeway of 5 s on nbf only', () => {
  it.each([
    ['not-yet-valid', -6000],
    ['ok', -5000],
    ['ok', 59_999],
    ['expired', 60_000],
    ['expired', 61_000],
  ])('%s at %d ms from nbf', (expected, offset) => {
    expect(code(forge(good), {}, NOW + offset)).toBe(expected);
  });
});

describe('claims are typed and bounded', () => {
  const without = (name: keyof Claims) => ({ ...claims, [name]: undefined });
  it.each<[string, unknown]>([
    ['no exp', without('exp')],
    ['no nbf', without('nbf')],
    ['no URLs', without('URLs')],
    ['no verbs', without('verbs')],
    ['no jti', without('jti')],
    ['exp as text', { ...claims, exp: '9999999999' }],
    ['exp endless', { ...claims, exp: 1e300 }],
    ['exp null', { ...claims, exp: null }],
    ['nbf negative', { ...claims, nbf: -1 }],
    ['exp before nbf', { ...claims, exp: seconds - 1 }],
    ['URLs as text', { ...claims, URLs: '*' }],
    ['URLs empty', { ...claims, URLs: [] }],
    ['URLs of numbers', { ...claims, URLs: [1] }],
    ['URLs with an empty one', { ...claims, URLs: [''] }],
    ['501 URLs', { ...claims, URLs: Array.from({ length: 501 }, () => '/a') }],
    ['an over-long URL', { ...claims, URLs: ['/'.padEnd(2049, 'a')] }],
    ['verbs as text', { ...claims, verbs: 'get' }],
    ['an over-long verb', { ...claims, verbs: ['x'.repeat(17)] }],
    ['jti as a number', { ...claims, jti: 1 }],
    ['sub over-long', { ...claims, sub: 'x'.repeat(513) }],
    ['a list', []],
  ])('%s', (_, payload) => {
    expect(code(forge(good, payload))).toBe('claims');
  });

  it('rejects a payload that is not JSON', () => {
    expect(code(forge(good, 'text'))).toBe('claims');
  });

  it('hands on the known claims alone', () => {
    expect(ring().verify(forge(good, { ...claims, admin: true, __proto__: 1 }), NOW)).toEqual(claims);
  });
});

describe('sign', () => {
  it('makes what verify takes: kid in the header, the claims of the contract and no other', async () => {
    const token = await sign(claims, key);
    const [header = '', payload = ''] = token.split('.').map((part) => Buffer.from(part, 'base64url').toString());
    expect(JSON.parse(header)).toEqual({ alg: 'RS256', typ: 'JWT', kid: key.kid });
    expect(JSON.parse(payload)).toEqual(claims);
    expect(ring().verify(token, NOW)).toEqual(claims);
  });

  it('leaves the event loop free meanwhile', async () => {
    await readFile(import.meta.filename); // From here, an immediate comes before any answer of another thread.
    let turned = false;
    setImmediate(() => (turned = true));
    await sign(claims, key);
    expect(turned).toBe(true);
  });

  it('makes no token that nobody would accept', async () => {
    await expect(sign({ ...claims, URLs: [] }, key)).rejects.toMatchObject({ code: 'claims' });
    const long = Array.from({ length: 25 }, (_, i) => `/${i}`.padEnd(2048, 'a'));
    const signing = sign({ ...claims, URLs: long }, key);
    await expect(signing).rejects.toMatchObject({ code: 'too-large' });
    await expect(signing).rejects.toThrow(/would have \d{5} characters, .* at most 12288: use fewer or shorter URLs/);
  });
});

it('reads JWK sets', () => {
  expect(KeyRing.fromJwks(toJwks([key.publicKey])).verify(forge(good), NOW).jti).toBe('uid');
});

it('agrees with jose: on key ids, on the set of keys, on what it signs', async () => {
  const jwks = toJwks([key.publicKey]);
  expect(key.kid).toBe(await calculateJwkThumbprint(jwks.keys[0] ?? {}));
  const { payload } = await jwtVerify(await sign(claims, key), createLocalJWKSet(jwks), {
    algorithms: ['RS256'],
    currentDate: new Date(NOW),
  });
  expect(payload).toEqual(claims);
});
