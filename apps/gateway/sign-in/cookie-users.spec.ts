import { expect, it } from 'vitest';
import { CookieUsers } from './cookie-users.js';
import { type SealedCookie } from './sealed-cookie.js';

it('never forgets a sign-out while its cookie would still be good', async () => {
  let now = 0;
  const cookie = {
    open: (session: string) =>
      Promise.resolve({ token: 't', username: 'u', groups: [], method: 'token', until: 1000, session }),
  };
  const users = new CookieUsers(cookie as unknown as SealedCookie, { now: () => now });
  const header = (session: string): string => `kg-sign-in=${session}`;
  await users.signOut(header('copied'));
  for (let i = 0; i < 3000; i++) await users.signOut(header(`other-${i}`));
  expect(await users.fromCookies(header('copied'))).toBeUndefined();
  expect(await users.fromCookies(header('fresh'))).toMatchObject({ username: 'u' });
  now = 1000;
  expect(await users.fromCookies(header('copied'))).toBeUndefined();
});
