import { describe, expect, it } from 'vitest';
import { type Vm } from '#libs/api';
import { accessOfUser, type ConsoleAccess, obstacle } from './access.js';

const access = (vmStatus: string, has = { vnc: true, serial: true }): ConsoleAccess => ({
  as: 'link',
  vmStatus,
  allowed: { vnc: true, serial: true },
  has,
  busy: {},
  takeOver: false,
  viewOnly: false,
  may: { start: false, unpause: false },
});
const UNDECIDED = { takeOver: false, paused: false };
const why = (one: ConsoleAccess, decided: Partial<typeof UNDECIDED> = {}) =>
  obstacle(one, 'vnc', 0, { ...UNDECIDED, ...decided });

describe('what the console page says', () => {
  it.each([
    ['Running', undefined],
    ['Paused', 'paused'],
    ['Starting', 'starting'],
    ['Stopping', 'stopping'],
    ['Stopped', 'stopped'],
    ['ErrImagePull', 'broken'],
    ['NotFound', 'missing'],
  ])('of a VM that is %s: %s', (status, said) => expect(why(access(status))).toBe(said));

  it('nothing of a VM whose status the gateway does not know: opening its console tells', () => {
    const { vmStatus: _, ...unknown } = access('');
    expect(why(unknown)).toBeUndefined();
  });

  it('of a VM that lacks this console', () => {
    const one = access('Running', { vnc: false, serial: true });
    expect([why(one), obstacle(one, 'serial', 0, UNDECIDED)]).toEqual(['noConsole', undefined]);
  });

  it('of a paused VM and of one in use, until the person decides', () => {
    expect(why(access('Paused'), { paused: true })).toBeUndefined();
    const busy = { ...access('Running'), busy: { vnc: '' } };
    expect([why(busy), why(busy, { takeOver: true })]).toEqual(['busy', undefined]);
  });

  it('of a grant that has expired or does not allow this console, whatever the VM does', () => {
    const denied = { ...access('Stopped'), allowed: { vnc: false, serial: true } };
    expect([why(denied), why({ ...denied, until: 0 })]).toEqual(['notAllowed', 'expired']);
  });
});

describe('who is on a console', () => {
  const viewer = (kind: 'vnc' | 'serial', who: string) => ({ session: 's', kind, who, since: '' });
  const busyFor = (viewers: Vm['viewers']) =>
    accessOfUser({ viewers, may: {}, consoles: {} } as unknown as Vm, 'dev').busy;

  it('is someone else: of the own tabs the gateway tells', () => {
    expect(busyFor([viewer('vnc', 'dev')])).toEqual({});
    expect(busyFor([viewer('vnc', 'ada'), viewer('serial', 'link x')])).toEqual({ vnc: 'ada', serial: 'link x' });
    expect(busyFor([viewer('vnc', 'dev'), viewer('vnc', 'ada')])).toEqual({ vnc: 'ada' });
  });
});
