import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { SecretKey } from '#libs/token';
import { CookieUsers } from './cookie-users.js';
import { expiryOf } from './review.js';
import { type Sealed, SealedCookie, SIGN_IN_COOKIE, TooLargeForCookie } from './sealed-cookie.js';

const content: Sealed = {
  token: 'kube-token',
  username: 'ada',
  groups: ['g'],
  method: 'token',
  until: 2000,
  session: 's',
};
const make = (): SealedCookie => new SealedCookie({ sessionKey: new SecretKey(randomBytes(32)) });

describe('SealedCookie', () => {
  it('opens what it sealed, and shows nothing of it', async () => {
    const cookie = make();
    const value = await cookie.seal(content);
    expect(Buffer.from(value.split('.')[3] ?? '', 'base64url').toString('latin1')).not.toContain('kube-token');
    expect(await cookie.open(value, 1999)).toEqual(content);
  });

  it('opens nothing that ended, was changed, or was sealed by another key', async () => {
    const cookie = make();
    const value = await cookie.seal(content);
    expect(await cookie.open(value, 2000)).toBeUndefined();
    expect(await cookie.open(`${value.slice(0, -2)}AA`, 0)).toBeUndefined();
    expect(await make().open(value, 0)).toBeUndefined();
    expect(await cookie.open('garbage', 0)).toBeUndefined();
  });

  it('says when a token does not fit', async () => {
    await expect(make().seal({ ...content, token: 'x'.repeat(4000) })).rejects.toThrow(TooLargeForCookie);
  });
});

describe('CookieUsers', () => {
  it('knows a user by their cookie until it expires', async () => {
    const cookie = make();
    let now = 0;
    const users = new CookieUsers(cookie, { now: () => now });
    const header = `other=1; ${SIGN_IN_COOKIE}=${await cookie.seal(content)}`;
    expect(await users.fromCookies(undefined)).toBeUndefined();
    expect(await users.fromCookies('other=1')).toBeUndefined();
    const user = await users.fromCookies(header);
    expect(user).toMatchObject({ username: 'ada', method: 'token' });
    expect(JSON.stringify(user)).not.toContain('kube-token');
    expect(user?.token()).toBe('kube-token');
    now = 2000;
    expect(await users.fromCookies(header)).toBeUndefined();
  });
});

describe('expiryOf', () => {
  it('reads exp of a JWT and leaves opaque tokens alone', () => {
    const jwt = `x.${Buffer.from('{"exp":5}').toString('base64url')}.y`;
    expect(expiryOf(jwt)).toBe(5000);
    expect(expiryOf('opaque')).toBeUndefined();
    expect(expiryOf('a.b.c')).toBeUndefined();
  });
});
