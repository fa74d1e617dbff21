import { expect, it } from 'vitest';
import { ApiError } from './client.js';
import { readAgainMs, refetchMs, shouldRetry } from './query.js';

const failed = (error: Error | null, errorUpdateCount: number): Parameters<typeof readAgainMs>[0] =>
  ({ state: { error, errorUpdateCount } }) as Parameters<typeof readAgainMs>[0];
const answer = (code: number): ApiError => new ApiError({ code, reason: '', message: '' });

it.each([0, 425, 429, 500, 502, 503])('a read that failed with %d is repeated, less and less often', (code) => {
  const waits = [1, 2, 3, 4, 5, 50].map((failures) => readAgainMs(failed(answer(code), failures)));
  expect(waits).toEqual([5_000, 10_000, 20_000, 40_000, 60_000, 60_000]);
});

it.each([401, 403, 404, 422])('a refusal (%d) stays', (code) => {
  expect(readAgainMs(failed(answer(code), 1))).toBe(false);
});

it('what no stream tells of is read every 15 s, until it is refused', () => {
  expect(refetchMs(true)(failed(null, 3))).toBe(15_000);
  expect(refetchMs(true)(failed(answer(403), 1))).toBe(false);
  expect(refetchMs(true)(failed(answer(503), 1))).toBe(5_000);
  expect(refetchMs(false)(failed(null, 3))).toBe(false);
});

it.each<[number, string, boolean]>([
  [0, 'NetworkError', true],
  [503, 'ServiceUnavailable', true],
  [504, 'Timeout', false],
  [403, 'Forbidden', false],
])('a read that failed with %d %s is tried again before the page tells: %j', (code, reason, again) => {
  const error = new ApiError({ code, reason, message: '' });
  expect([0, 1, 2].map((failures) => shouldRetry(failures, error))).toEqual([again, again, false]);
});

it('what was read is not read again', () => {
  expect(readAgainMs(failed(null, 3))).toBe(false);
});
