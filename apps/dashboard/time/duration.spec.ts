import { describe, expect, it } from 'vitest';
import { age, countdown, durationInWords, positiveDuration, timeLeftInWords } from './duration.js';

describe('positiveDuration', () => {
  it.each([
    ['90s', 90_000],
    ['1h30m', 5_400_000],
    ['1.5h', 5_400_000],
    [' 15m ', 900_000],
    ['+1m', 60_000],
    ['250ms', 250],
    ['.5m', 30_000],
  ])('reads %s', (text, ms) => expect(positiveDuration(text)).toBe(ms));

  it.each(['', '1', '1d', '-1h', '0s', 'h', '1h 30m', '1h,', '1hh', 'Infinity'])('refuses “%s”', (text) =>
    expect(positiveDuration(text)).toBeUndefined(),
  );
});

describe('words and clocks', () => {
  it('says durations in the two largest units', () => {
    expect(durationInWords(3_600_000)).toBe('1 hour');
    expect(durationInWords(5_400_000)).toBe('1 hour 30 minutes');
    expect(durationInWords(90_061_000)).toBe('1 day 1 hour');
    expect(durationInWords(-5)).toBe('0 seconds');
  });

  it.each([
    [28_799_000, '8 hours'],
    [599_400, '10 minutes'],
    [119_000, '1 minute 59 seconds'],
    [-5, '0 seconds'],
  ])('says of %i ms that %s are left', (ms, words) => expect(timeLeftInWords(ms)).toBe(words));

  it('counts down to zero and no further', () => {
    expect(countdown(3_723_000)).toBe('1:02:03');
    expect(countdown(123_000)).toBe('2:03');
    expect(countdown(900)).toBe('0:01');
    expect(countdown(-900)).toBe('0:00');
    expect(countdown(76 * 3_600_000)).toBe('3 d 4 h');
  });

  it('tells ages by one unit', () => {
    expect([5_000, 120_000, 7_200_000, 8 * 86_400_000].map(age)).toEqual(['5 s', '2 min', '2 h', '8 d']);
  });
});
