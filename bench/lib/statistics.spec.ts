import { describe, expect, it } from 'vitest';
import { median, percentile, ratio, rounded } from './statistics.ts';

describe('median', () => {
  it.each([
    [[3, 1, 2], 2],
    [[10, 9, 1, 2], 5.5],
    [[7], 7],
    [[], NaN],
  ])('of %j is %d', (values, expected) => expect(median(values)).toBe(expected));

  it('leaves the order of the rounds alone', () => {
    const rounds = [3, 1, 2];
    median(rounds);
    expect(rounds).toEqual([3, 1, 2]);
  });
});

it.each([
  [0, 1],
  [0.5, 5],
  [0.99, 10],
  [1, 10],
])('percentile %d of 1 to 10 is %d, sorted as numbers', (share, expected) => {
  expect(percentile([10, 9, 8, 7, 6, 5, 4, 3, 2, 1], share)).toBe(expected);
});

it('the ratio pairs each round with its neighbour', () => {
  // The machine was twice as slow in the second round, for both.
  expect(ratio([50, 25, 50], [100, 50, 100])).toBe(0.5);
  expect(ratio([1], [])).toBe(NaN);
});

it.each([
  [1234.5, 1230],
  [0.012345, 0.0123],
  [0, 0],
])('rounds %d to %d', (value, expected) => expect(rounded(value)).toBe(expected));
