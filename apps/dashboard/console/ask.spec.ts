import { describe, expect, it, vi } from 'vitest';
import { ApiError } from '../api/client.js';
import { type ConsoleAccess } from './access.js';
import { askAccess } from './ask.js';

const refuse = (code: number) => vi.fn(() => Promise.reject(new ApiError({ code, reason: '', message: `${code}` })));
const give = (who: ConsoleAccess['who']) => vi.fn(() => Promise.resolve({ who } as ConsoleAccess));

describe('whose access a console page has', () => {
  it('is the grant, where there is one', async () => {
    const user = give('user');
    expect(await askAccess({ guest: give('guest'), user }, false)).toMatchObject({ who: 'guest' });
    expect(user).not.toHaveBeenCalled();
  });

  it.each([401, 403, 404])('is the user after a %i for the grant', async (code) => {
    expect(await askAccess({ guest: refuse(code), user: give('user') }, false)).toMatchObject({ who: 'user' });
  });

  it('does not ask for the grant again while the user has access', async () => {
    const guest = refuse(401);
    expect(await askAccess({ guest, user: give('user') }, true)).toMatchObject({ who: 'user' });
    expect(guest).not.toHaveBeenCalled();
  });

  it('asks for the grant again when the user lost access', async () => {
    expect(await askAccess({ guest: give('guest'), user: refuse(401) }, true)).toMatchObject({ who: 'guest' });
  });

  it.each([false, true])('says what was said of the grant when nobody is signed in', async (userFirst) => {
    await expect(askAccess({ guest: refuse(403), user: refuse(401) }, userFirst)).rejects.toMatchObject({ code: 403 });
  });

  it('does not take a gateway in trouble for a missing right', async () => {
    const user = give('user');
    await expect(askAccess({ guest: refuse(503), user }, false)).rejects.toMatchObject({ code: 503 });
    await expect(askAccess({ guest: give('guest'), user: refuse(503) }, true)).rejects.toMatchObject({ code: 503 });
    expect(user).not.toHaveBeenCalled();
  });
});
