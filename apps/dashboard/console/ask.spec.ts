import { describe, expect, it, vi } from 'vitest';
import { type ConsoleIdentity } from '#libs/api';
import { ApiError } from '../api/client.js';
import { type ConsoleAccess } from './access.js';
import { askAccess } from './ask.js';

const both = (allowed: boolean): ConsoleAccess['allowed'] => ({ vnc: allowed, serial: allowed });
const accessOf = (as: ConsoleIdentity, change: Partial<ConsoleAccess> = {}): ConsoleAccess => ({
  as,
  allowed: both(true),
  has: both(true),
  busy: {},
  takeOver: true,
  viewOnly: false,
  may: { start: false, unpause: false },
  ...change,
});
const refused = (code: number) => new ApiError({ code, reason: '', message: `${code}` });

const user = accessOf('user');
const link = accessOf('link');
const viewing = accessOf('link', { viewOnly: true });
const looking = accessOf('user', { allowed: both(false) });
const gone = accessOf('link', { gone: true });
const other = accessOf('link', { allowed: { vnc: false, serial: true } });
const [nobody, forbidden, missing, down] = [refused(401), refused(403), refused(404), refused(503)];

type Answer = ConsoleAccess | Error;

async function ask(ofUser: Answer, ofLink: Answer, as?: ConsoleIdentity) {
  const source = (answer: Answer) =>
    vi.fn(() => (answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer)));
  return askAccess({ user: source(ofUser), link: source(ofLink) }, 'vnc', as);
}

describe('whose access a console page has', () => {
  it.each<[string, Answer, Answer, Answer]>([
    ['the user, before a link', user, link, user],
    ['the user, before a view-only link', user, viewing, user],
    ['the user, where there is no link', user, nobody, user],
    ['the user, where the link is for another console', user, other, user],
    ['the user, where the machine of the link is gone', user, gone, user],
    ['a link, where nobody is signed in', nobody, viewing, viewing],
    ['a link, where the user may only look', looking, viewing, viewing],
    ['a link, where the user may not even look', forbidden, viewing, viewing],
    ['a link, where the user does not see the machine', missing, link, link],
    ['the link, of which more is known than that the user may not', looking, gone, gone],
    ['the user, if no link opens it', looking, nobody, looking],
    ['what is said of the link, where nobody is signed in', nobody, forbidden, forbidden],
    ['what is said of the user, where there is no link', missing, nobody, missing],
    ['a gateway in trouble, which is no missing right of the user', down, viewing, down],
    ['a gateway in trouble, which is no missing link', looking, down, down],
    ['the user, even if the link cannot be asked for', user, down, user],
  ])('%s', async (_, ofUser, ofLink, expected) => {
    expect((await ask(ofUser, ofLink)).access).toBe(expected);
  });

  it.each<[ConsoleIdentity, Answer, Answer, Answer]>([
    ['user', nobody, link, nobody],
    ['user', forbidden, link, forbidden],
    ['user', looking, link, looking],
    ['user', user, link, user],
    ['link', user, nobody, nobody],
    ['link', user, viewing, viewing],
    ['link', user, other, other],
    ['link', user, gone, gone],
  ])('is the one that was chosen, %s, whatever the other one may', async (as, ofUser, ofLink, expected) => {
    expect((await ask(ofUser, ofLink, as)).access).toBe(expected);
  });
});

describe('what else a console page offers', () => {
  it.each<[ConsoleIdentity | undefined, Answer, Answer, ConsoleAccess | undefined]>([
    [undefined, user, viewing, viewing],
    ['link', user, viewing, user],
    ['user', nobody, link, link],
    ['link', user, nobody, user],
    [undefined, user, other, undefined],
    [undefined, user, gone, undefined],
    ['link', looking, link, undefined],
    ['link', down, link, undefined],
    [undefined, nobody, link, undefined],
  ])('as %s: %#', async (as, ofUser, ofLink, expected) => {
    expect((await ask(ofUser, ofLink, as)).other).toBe(expected);
  });
});
