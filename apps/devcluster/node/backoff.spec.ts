import { expect, test } from 'vitest';
import { Backoff } from './backoff.js';

test('the first restart is at once, then the waits double up to five minutes', () => {
  const backoff = new Backoff();
  const waits = Array.from({ length: 12 }, () => backoff.next(0) / 1000);
  expect(waits).toEqual([0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
});

test('a container that ran for ten minutes starts over', () => {
  const backoff = new Backoff();
  for (let i = 0; i < 5; i += 1) backoff.next(0);
  expect(backoff.next(600_000)).toBe(0);
});
