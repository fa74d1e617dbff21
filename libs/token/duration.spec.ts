import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DurationError, formatDuration, parseDuration } from './index.js';

const HOUR = 3_600_000;

describe('durations', () => {
  it.each([
    ['90s', 90_000],
    ['1h30m', 1.5 * HOUR],
    ['1.5h', 1.5 * HOUR],
    ['.5s', 500],
    ['1.s', 1000],
    ['1.001s', 1001],
    ['100ms', 100],
    ['1us', 0.001],
    ['1µs', 0.001],
    ['1μs', 0.001],
    ['1500ns', 0.0015],
    ['-1h', -HOUR],
    ['+1h', HOUR],
    ['0', 0],
    ['-0', 0],
    ['0s', 0],
    ['-0s', 0],
    ['2562047h', 2562047 * HOUR],
  ])('%s is %d ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each([
    '',
    '1',
    '1d',
    '1w',
    '1 h',
    ' 1h',
    '1h ',
    'h',
    '.s',
    '1h-1m',
    '--1h',
    '1e3s',
    '1H',
    '١h',
    '2562048h',
    '9'.repeat(400) + 'h',
  ])('refuses %j', (text) => {
    expect(() => parseDuration(text)).toThrow(DurationError);
  });

  it.each([
    [0, '0s'],
    [1.5 * HOUR, '1h30m'],
    [90_000, '1m30s'],
    [61_001, '1m1s1ms'],
    [-HOUR, '-1h'],
  ])('writes %d as %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  it('reads back what it writes', () => {
    fc.assert(
      fc.property(fc.integer({ min: -9e12, max: 9e12 }), (ms) => {
        expect(parseDuration(formatDuration(ms))).toBe(ms + 0);
      }),
    );
  });

  it('is not slow on a hostile text', () => {
    const start = performance.now();
    for (const text of ['1'.repeat(250) + 'x', '1h'.repeat(125) + 'x', '.'.repeat(256)]) {
      expect(() => parseDuration(text)).toThrow();
    }
    expect(performance.now() - start).toBeLessThan(1000);
  });
});
