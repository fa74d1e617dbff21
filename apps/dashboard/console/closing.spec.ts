import { describe, expect, it } from 'vitest';
import { CONSOLE_ENDS } from '#libs/api';
import { backOff, closing } from './closing.js';

describe('closing', () => {
  it.each([
    [4001, 'over', /expired/],
    [4002, 'over', /revoked/],
    [4003, 'ask', /administrator/],
    [4004, 'wait', /stopped/],
    [4005, 'takeOver', /taken over/],
    [4006, 'takeOver', /in use/],
    [4007, 'ask', /inactivity/],
    [4008, 'over', /person who issued this link no longer has access/],
    [1001, 'reconnect', /restarting/],
    [1002, 'ask', /protocol error/],
    [1006, 'reconnect', /lost/],
    [1008, 'ask', /not allowed/],
    [1009, 'ask', /too large/],
    [1011, 'reconnect', /failed/],
    [1013, 'reconnect', /busy/],
  ])('%i: %s', (code, next, title) => {
    const words = closing(code);
    expect(words).toMatchObject({ code, next });
    expect(words.title).toMatch(title);
    expect(words.text).not.toBe('');
  });

  it('has words for every code of the contract', () => {
    const unknown = closing(4999).title;
    for (const { code } of Object.values(CONSOLE_ENDS)) expect(closing(code).title).not.toBe(unknown);
  });

  it('does not call a link revoked whose key is gone', () => {
    const { code, reasons } = CONSOLE_ENDS.revoked;
    expect(closing(code, reasons.signedAgain)).toEqual({
      ...{ code, next: 'over' },
      ...{ title: 'The key of this link is no longer valid', text: 'Ask for a new link.' },
    });
  });

  it('passes the reason on, also of codes that it does not know', () => {
    expect(closing(4999, 'too bad')).toMatchObject({ code: 4999, next: 'ask', detail: 'too bad' });
    expect(closing(4002)).not.toHaveProperty('detail');
    expect(closing(4002, 'This link was taken back.')).not.toHaveProperty('detail');
  });
});

describe('backOff', () => {
  it('grows, varies by a fifth, and ends', () => {
    expect([0, 1, 2, 3].map((n) => backOff(n, 0.5))).toEqual([500, 1_000, 2_000, 4_000]);
    expect([backOff(2, 0), backOff(2, 1)]).toEqual([1_600, 2_400]);
    expect(backOff(10, 0.5)).toBeUndefined();
  });
});
