import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type AuditEvent } from '#libs/ops';
import { RefusalLines } from './refusal-lines.js';

const written: AuditEvent[] = [];
let lines: RefusalLines;

beforeEach(() => {
  vi.useFakeTimers();
  written.length = 0;
  lines = new RefusalLines({ write: (event) => void written.push(event) });
});
afterEach(() => void vi.useRealTimers());

const MINUTE = 60_000;
const refused = { audit: 'refuse', outcome: 'refused', code: 401, rule: 'no-credential', why: 'No link.' } as const;
const from = '192.0.2.1';
const what = { verb: 'GET', path: '/k8s/api' };

function refuse(times: number, more: object = {}): void {
  for (let i = 0; i < times; i++) lines.write({ ...refused, from, what, ...more });
}
const omitted = () => written.flatMap((event) => ('omitted' in event ? [event.omitted] : []));

describe('security row 21: nobody floods the audit log with refusals', () => {
  it('60 lines a minute for one address and rule, then one that says how many were left out', () => {
    refuse(12_000);
    expect(written).toHaveLength(60);
    vi.advanceTimersByTime(MINUTE);
    expect(written).toHaveLength(61);
    expect(written[60]).toEqual({
      ...{ ...refused, from, what: { verb: '*' }, omitted: 11_940 },
      why: '11940 more requests were refused for the same reason within a minute: they have no line of their own.',
    });
    refuse(61);
    vi.advanceTimersByTime(MINUTE);
    expect(omitted()).toEqual([11_940, 1]);
    expect(written).toHaveLength(61 + 61);
    vi.advanceTimersByTime(MINUTE);
    expect(written).toHaveLength(61 + 61);
  });

  it('hides nobody else: another address, rule, status or grant has lines of its own', () => {
    refuse(1000);
    refuse(1, { from: '192.0.2.2' });
    refuse(1, { rule: 'signature' });
    refuse(1, { code: 410 });
    refuse(100, { who: { grant: 'ns/one' } });
    expect(written).toHaveLength(60 + 3 + 60);
    vi.advanceTimersByTime(MINUTE);
    expect(written.at(-1)).toMatchObject({ who: { grant: 'ns/one' }, from, omitted: 40 });
  });

  it('counts the addresses of one IPv6 network as one', () => {
    for (let i = 0; i < 1000; i++) refuse(1, { from: `2001:db8:1:2::${i.toString(16)}` });
    vi.advanceTimersByTime(MINUTE);
    expect(written).toHaveLength(61);
    expect(written.at(-1)).toMatchObject({ from: '2001:db8:1:2::/64', omitted: 940 });
  });

  it('bounds what nobody in particular asks for, whatever it is', () => {
    refuse(1000, { audit: 'issue' });
    refuse(1000, { audit: 'sign-in' });
    expect(written).toHaveLength(120);
  });

  it.each([
    ['what was allowed', { audit: 'issue', outcome: 'allowed', code: 201, who: { user: 'ada' } }],
    ['what may have been done', { audit: 'write', outcome: 'failed', code: 499, who: { grant: 'ns/one' } }],
    ['an action of someone who is known', { audit: 'write', code: 403, rule: 'kubernetes', who: { grant: 'ns/one' } }],
    ['what may have been done by nobody knows whom', { audit: 'delete', outcome: 'failed', code: 502 }],
  ])('leaves out nothing of %s', (_what, more) => {
    refuse(1000, more);
    vi.advanceTimersByTime(MINUTE);
    expect(written).toHaveLength(1000);
  });

  it('remembers so many at most, and says how often those were refused that it forgets', () => {
    refuse(100);
    for (let i = 0; i < 10_000; i++) refuse(1, { from: `10.0.${i >> 8}.${i & 255}` });
    expect(lines.size).toBe(1000);
    expect(omitted()).toEqual([40]);
  });

  it('says what it left out when the gateway ends', () => {
    refuse(100);
    lines.onApplicationShutdown();
    expect(omitted()).toEqual([40]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
