import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, webcrypto } from 'node:crypto';
import { X509CertificateGenerator } from '@peculiar/x509';
import { beforeAll, describe, expect, it } from 'vitest';
import { SecretKeyError } from './errors.js';
import { fromJwks, parsePublicKey, thumbprint, toJwks } from './public-key.js';
import { generateKeyPair, type KeyPairPem, secretKeys } from './secret-keys.js';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const pemOf = (label: string, der: Buffer) =>
  `-----BEGIN ${label}-----\n${der.toString('base64').replace(/.{64}/g, '$&\n')}\n-----END ${label}-----\n`;
const privatePem = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }).toString();
const code = (act: () => unknown) => {
  try {
    act();
    return 'ok';
  } catch (error) {
    return error instanceof SecretKeyError ? error.code : String(error);
  }
};

describe('secretKeys', () => {
  let pair: KeyPairPem;
  let other: KeyPairPem;
  beforeAll(async () => {
    [pair, other] = await Promise.all([generateKeyPair(), generateKeyPair()]);
  });

  it('makes and reads the contract’s secret', () => {
    expect(pair['tls.key']).toMatch(/^-----BEGIN PRIVATE KEY-----/);
    expect(pair['tls.crt']).toMatch(/^-----BEGIN PUBLIC KEY-----/);
    const found = secretKeys({ 'tls.key': base64(pair['tls.key']), 'tls.crt': base64(pair['tls.crt']) });
    expect(found.privateKey.asymmetricKeyDetails?.modulusLength).toBe(2048);
    expect(found.kid).toBe(thumbprint(parsePublicKey(pair['tls.crt'])));
  });

  it('reads PKCS#1, other file names, and secrets without a public key', () => {
    const pkcs1 = createPrivateKey(pair['tls.key']).export({ type: 'pkcs1', format: 'pem' }).toString();
    const { kid } = secretKeys({ 'my.key': base64(pkcs1) }, 'my.key');
    expect(kid).toBe(secretKeys({ 'tls.key': base64(pair['tls.key']) }).kid);
    // tls.crt belongs to tls.key alone.
    expect(secretKeys({ 'my.key': base64(pkcs1), 'tls.crt': base64(other['tls.crt']) }, 'my.key').kid).toBe(kid);
  });

  it('refuses each unusable secret with a code and a message that names the key', () => {
    const { privateKey: ec } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const { privateKey: small } = generateKeyPairSync('rsa', { modulusLength: 1024 });
    const { privateKey: pss } = generateKeyPairSync('rsa-pss', { modulusLength: 2048 });
    const encrypted = createPrivateKey(pair['tls.key']).export({
      type: 'pkcs8',
      format: 'pem',
      cipher: 'aes-128-cbc',
      passphrase: 'x',
    });
    const data = { 'tls.key': base64(pair['tls.key']) };
    const cases: [string, Record<string, string> | undefined][] = [
      ['no-key', undefined],
      ['no-key', {}],
      ['no-key', { 'tls.key': '' }],
      ['broken-pem', { 'tls.key': base64('nothing') }],
      ['broken-pem', { 'tls.key': '%%%' + base64('x') }],
      ['broken-pem', { 'tls.key': base64(pair['tls.key'].replace(/MII[\s\S]{40}/, 'MII')) }],
      ['broken-pem', { 'tls.key': base64(pair['tls.crt']) }],
      ['encrypted', { 'tls.key': base64(encrypted.toString()) }],
      ['not-rsa', { 'tls.key': base64(privatePem(ec)) }],
      ['not-rsa', { 'tls.key': base64(privatePem(pss)) }],
      ['too-small', { 'tls.key': base64(privatePem(small)) }],
      ['broken-certificate', { 'tls.key': base64(pair['tls.key']), 'tls.crt': base64('nothing') }],
      ['mismatch', { 'tls.key': base64(pair['tls.key']), 'tls.crt': base64(other['tls.crt']) }],
    ];
    for (const [expected, data] of cases) expect(code(() => secretKeys(data))).toBe(expected);
    expect(() => secretKeys({ 'tls.key': base64(privatePem(ec)) })).toThrow('"tls.key" is of type EC');
    expect(code(() => secretKeys({}, 'constructor'))).toBe('no-key');
    expect(() => secretKeys({}, 'a.key')).toThrow('no key "a.key"');
    expect(() => secretKeys({ 'tls.key': base64('x') })).toThrow(
      '"tls.key" is not a PEM private key: store an RSA key as PKCS#1 or PKCS#8.',
    );
    expect(() => secretKeys({ 'tls.key': base64(encrypted.toString()) })).toThrow(
      'The private key "tls.key" is encrypted: store it without a passphrase.',
    );
    expect(() => secretKeys({ ...data, 'tls.crt': base64('nothing') })).toThrow(
      'The public key "tls.crt" is not a PEM certificate or PUBLIC KEY.',
    );
    expect(() => secretKeys({ ...data, 'tls.crt': base64(other['tls.crt']) })).toThrow(
      'The public key "tls.crt" does not belong to the private key "tls.key".',
    );
  });

  it('never puts key material into a message', () => {
    const broken = pair['tls.key'].replace(/MII[\s\S]{40}/, 'MII');
    try {
      secretKeys({ 'tls.key': base64(broken) });
      expect.unreachable();
    } catch (error) {
      expect(String(error)).not.toContain(broken.slice(100, 130));
      expect((error as Error).cause).toBeUndefined();
    }
  });
});

describe('parsePublicKey', () => {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const spki = publicKey.export({ type: 'spki', format: 'der' });

  it.each([
    ['PUBLIC KEY', spki],
    ['RSA PUBLIC KEY', publicKey.export({ type: 'pkcs1', format: 'der' })],
    ['CERTIFICATE', spki], // as the original operator wrote it
  ])('reads %s', (label, der) => {
    expect(thumbprint(parsePublicKey(pemOf(label, der)))).toBe(thumbprint(publicKey));
  });

  it('reads an X.509 certificate', async () => {
    const algorithm = {
      name: 'RSASSA-PKCS1-v1_5',
      hash: 'SHA-256',
      publicExponent: new Uint8Array([1, 0, 1]),
      modulusLength: 2048,
    };
    const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
    const certificate = await X509CertificateGenerator.createSelfSigned({ name: 'CN=gateway', keys });
    const plain = pemOf('PUBLIC KEY', Buffer.from(await webcrypto.subtle.exportKey('spki', keys.publicKey)));
    expect(thumbprint(parsePublicKey(certificate.toString('pem')))).toBe(thumbprint(parsePublicKey(plain)));
  });

  it('refuses anything but an RSA public key', () => {
    const { publicKey: ec } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    expect(code(() => parsePublicKey(ec.export({ type: 'spki', format: 'pem' }).toString()))).toBe('not-rsa');
    expect(code(() => parsePublicKey(pemOf('CERTIFICATE', Buffer.from('junk'))))).toBe('broken-certificate');
    expect(code(() => parsePublicKey(pemOf('PRIVATE KEY', spki)))).toBe('broken-certificate');
    expect(code(() => parsePublicKey(''))).toBe('broken-certificate');
    expect(() => parsePublicKey('')).toThrow('the public key is not a PEM certificate or PUBLIC KEY.');
    expect(() => parsePublicKey(pemOf('PUBLIC KEY', Buffer.from('junk')))).toThrow(
      expect.objectContaining({
        message: 'the public key cannot be read: the PEM is damaged.',
        cause: expect.any(Error) as Error,
      }),
    );
    expect(() => thumbprint(ec)).toThrow(new SecretKeyError('not-rsa', 'Expected an RSA key.'));
  });
});

describe('JWK sets', () => {
  /** The example of RFC 7638, section 3.1. */
  const example = {
    kty: 'RSA',
    n: '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw',
    e: 'AQAB',
  };
  const key = createPublicKey({ key: example, format: 'jwk' });

  it('has the thumbprint of RFC 7638', () => {
    expect(thumbprint(key)).toBe('NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs');
  });
  it('writes and reads a set, passing over keys of other types', () => {
    const set = toJwks([key]);
    expect(set.keys[0]).toMatchObject({ kty: 'RSA', alg: 'RS256', use: 'sig', e: 'AQAB' });
    const found = fromJwks({ keys: [...set.keys, { kty: 'oct', k: 'AAAA' }, { kty: 'EC' }] });
    expect(found.map(thumbprint)).toEqual([set.keys[0]?.kid]);
  });
  it('shows no private part', () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    expect(Object.keys(toJwks([privateKey]).keys[0] ?? {}).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
  });
  it('passes over entries that are no keys', () => {
    expect(fromJwks({ keys: [null, 'RSA', 1, {}, []] as never })).toEqual([]);
  });
  it('takes keys of 2048 to 4096 bits', () => {
    const ofBytes = (size: number) => ({ kty: 'RSA', e: 'AQAB', n: Buffer.alloc(size, 0xff).toString('base64url') });
    const use = 'use RSA with 2048 to 4096 bits.';
    expect(fromJwks({ keys: [ofBytes(256), ofBytes(512)] })).toHaveLength(2);
    expect(() => fromJwks({ keys: [ofBytes(255)] })).toThrow(
      new SecretKeyError('too-small', `a key of the JWK set has 2040 bits: ${use}`),
    );
    expect(() => fromJwks({ keys: [ofBytes(513)] })).toThrow(
      new SecretKeyError('too-large', `a key of the JWK set has 4104 bits: ${use}`),
    );
    expect(code(() => fromJwks({ keys: [ofBytes(513)] }))).toBe('too-large');
  });
  it('refuses a broken set', () => {
    expect(code(() => fromJwks({} as never))).toBe('broken-pem');
    expect(() => fromJwks({} as never)).toThrow('Invalid JWK set: expected an object with a list `keys`.');
    expect(code(() => fromJwks({ keys: [{ kty: 'RSA' }] }))).toBe('broken-pem');
    expect(() => fromJwks({ keys: [{ kty: 'RSA' }] })).toThrow(
      expect.objectContaining({
        message: 'A key of the JWK set cannot be read.',
        cause: expect.any(Error) as Error,
      }),
    );
  });
});
