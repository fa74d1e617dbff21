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
    ['+0', 0],
    ['12.5s', 12_500],
    ['.25s', 250],
    [`${'0'.repeat(255)}s`, 0],
    ['9223372036854775807ns', 2 ** 63 / 1e6],
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
    `${'0'.repeat(256)}s`,
    '9223372036854775808ns',
  ])('refuses %j', (text) => {
    expect(() => parseDuration(text)).toThrow(DurationError);
  });

  it.each([
    ['1d', '"1d" is not a duration: write it like 90s, 30m or 1h30m (units h, m, s, ms).'],
    ['x'.repeat(41), `"${'x'.repeat(40)}" is not a duration: write it like 90s, 30m or 1h30m (units h, m, s, ms).`],
    [`${'9'.repeat(40)}h`, `"${'9'.repeat(40)}" is too long: the longest duration is 2562047h.`],
  ])('says why it refuses %s', (text, message) => {
    expect(() => parseDuration(text)).toThrow(new DurationError(message));
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
