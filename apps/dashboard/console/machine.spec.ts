import { describe, expect, it } from 'vitest';
import { type GrantInfo } from '#libs/api';
import { type ConsoleAccess, accessOfLink } from './access.js';
import { type Action, begin, isOver, type State, step, waits } from './machine.js';

const NOW = 1_000_000;
const grant: GrantInfo = {
  namespace: 'ns',
  vm: 'demo',
  until: new Date(NOW + 3_600_000).toISOString(),
  consoles: { vnc: true, serial: false },
  has: { vnc: true, serial: true },
  'view-only': false,
  'take-over': true,
  'vm-status': 'Running',
  busy: { vnc: false, serial: false },
};
const guest = (change: Partial<GrantInfo> = {}): ConsoleAccess => accessOfLink({ ...grant, ...change });
const checked = (access = guest(), now = NOW): Action => ({ type: 'checked', access, other: undefined, now });
const closed = (state: State, code: number, now = NOW): Action => ({
  type: 'closed',
  seq: state.seq,
  code,
  reason: '',
  now,
  jitter: 0.5,
});
const run = (actions: (Action | ((state: State) => Action))[], from: State = begin, kind: 'vnc' | 'serial' = 'vnc') =>
  actions.reduce((state, next) => step(kind)(state, typeof next === 'function' ? next(state) : next), from);
const connected = run([checked(), { type: 'opened', now: NOW }]);

describe('opening', () => {
  it('asks, connects, is connected', () => {
    expect(run([checked()]).name).toBe('connecting');
    expect(connected.name).toBe('connected');
  });

  it.each([
    [{ 'vm-status': 'Stopped' }, 'stopped'],
    [{ 'vm-status': 'NotFound' }, 'missing'],
    [{ 'vm-status': 'NotFound', 'vm-gone': true }, 'gone'],
    [{ 'vm-status': 'Paused' }, 'paused'],
    [{ 'vm-status': 'Starting' }, 'starting'],
    [{ 'vm-status': 'ErrorUnschedulable' }, 'broken'],
    [{ consoles: { vnc: false, serial: true } }, 'notAllowed'],
    [{ has: { vnc: false, serial: true } }, 'noConsole'],
    [{ until: new Date(NOW - 1).toISOString() }, 'expired'],
    [{ busy: { vnc: true, serial: false } }, 'busy'],
  ])('says why not: %o', (change, why) => {
    expect(run([checked(guest(change))])).toMatchObject({ name: 'blocked', why });
  });

  it('opens by itself when what was in the way is gone', () => {
    const blocked = run([checked(guest({ 'vm-status': 'Stopped' }))]);
    expect(waits(blocked)).toBe(true);
    expect(run([checked()], blocked).name).toBe('connecting');
  });

  it('asks again by itself when the gateway could not be reached at first', () => {
    const failed = (passing: boolean): Action => ({
      type: 'checkFailed',
      error: new Error('x'),
      other: undefined,
      passing,
      now: NOW,
      jitter: 0,
    });
    const down = run([failed(true)]);
    expect([down.name, waits(down)]).toEqual(['refused', true]);
    expect(waits(run([failed(true)], down))).toBe(true);
    expect(waits(run([failed(false)], down))).toBe(false);
    expect(run([checked()], down).name).toBe('connecting');
    expect(waits(run([failed(false)]))).toBe(false);
  });

  it('stops waiting for a machine once it was deleted: its link is over', () => {
    const stopped = run([(state) => closed(state, 4004)], connected);
    expect(waits(stopped)).toBe(true);
    const gone = run([checked(guest({ 'vm-status': 'NotFound', 'vm-gone': true }))], stopped);
    expect(gone).toMatchObject({ name: 'blocked', why: 'gone' });
    expect([waits(gone), isOver(gone)]).toEqual([false, true]);
  });

  it('asks a few times before it calls a console busy: it may be our own former socket', () => {
    const busy = checked(guest({ busy: { vnc: true, serial: false } }));
    const first = run([busy]);
    expect(first).toMatchObject({ settling: 1 });
    expect(run([busy, busy, busy, busy], first)).toMatchObject({ name: 'blocked', settling: 0 });
  });

  it('takes over, and looks at a paused machine, when asked to', () => {
    const busy = checked(guest({ busy: { vnc: true, serial: false } }));
    expect(run([busy, { type: 'open', ask: { takeOver: true } }, busy])).toMatchObject({
      name: 'connecting',
      ask: { takeOver: true },
    });
    const paused = checked(guest({ 'vm-status': 'Paused' }));
    expect(run([paused, { type: 'open', ask: { paused: true } }, paused]).name).toBe('connecting');
  });

  it('shows a refusal', () => {
    const error = new Error('no');
    const failed: Action = { type: 'checkFailed', error, other: undefined, passing: false, now: NOW, jitter: 0 };
    expect(run([failed])).toMatchObject({ name: 'refused', error });
  });
});

describe('closing', () => {
  it('ends with words, without another try, when the grant ended', () => {
    for (const code of [4001, 4002])
      expect(run([(s) => closed(s, code)], connected)).toMatchObject({
        name: 'ended',
        closing: { code, next: 'over' },
      });
  });

  it('reconnects with growing waits, and gives up', () => {
    let state = connected;
    const waited: number[] = [];
    for (let n = 0; n < 10; n++) {
      state = run([(s) => closed(s, 1006)], state);
      if (state.name !== 'reconnecting') throw new Error(state.name);
      waited.push(state.at - NOW);
      state = run([{ type: 'open' }, checked()], state);
    }
    expect(waited.slice(0, 4)).toEqual([500, 1_000, 2_000, 4_000]);
    expect(run([(s) => closed(s, 1006)], state)).toMatchObject({ name: 'ended', closing: { next: 'ask' } });
  });

  it('starts with a short wait again after a good connection', () => {
    const again = run([(s) => closed(s, 1006), { type: 'open' }, checked(), { type: 'opened', now: NOW }], connected);
    expect(run([(s) => closed(s, 1006, NOW + 60_000)], again)).toMatchObject({ attempt: 1, at: NOW + 60_500 });
  });

  it('does not take over again when a connection that took over is lost', () => {
    const taker = run([{ type: 'open', ask: { takeOver: true } }, checked(), { type: 'opened', now: NOW }], connected);
    expect(run([(s) => closed(s, 1006)], taker).ask.takeOver).toBe(false);
  });

  it('calls a loss after the end of the grant an end', () => {
    expect(run([(s) => closed(s, 1006, NOW + 7_200_000)], connected)).toMatchObject({
      name: 'ended',
      closing: { code: 4001 },
    });
  });

  it('waits for a machine that stopped and opens when it runs again', () => {
    const ended = run([(s) => closed(s, 4004)], connected);
    expect(waits(ended)).toBe(true);
    expect(run([checked(guest({ 'vm-status': 'Stopped' }))], ended).name).toBe('ended');
    expect(run([checked()], ended).name).toBe('connecting');
  });

  it('ignores the late end of an older socket', () => {
    const old = closed(connected, 1006);
    const next = run([{ type: 'open' }, checked(), { type: 'opened', now: NOW }], connected);
    expect(step('vnc')(next, old)).toBe(next);
  });
});
