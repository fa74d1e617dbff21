import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Faults } from './faults.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('tells of a flood once a minute, with how often each status was answered', () => {
  const warned: unknown[][] = [];
  const faults = new Faults({ warn: (...line: unknown[]) => void warned.push(line), debug: () => undefined });
  for (let i = 0; i < 1000; i++) faults.count('reviews were refused', 503);
  faults.count('reviews were refused', 408);
  expect(warned).toEqual([]);
  vi.advanceTimersByTime(60_000);
  expect(warned).toEqual([[{ counts: { 408: 1, 503: 1000 } }, 'reviews were refused in the last minute']]);
  vi.advanceTimersByTime(60_000);
  expect(warned).toHaveLength(1);
  faults.count('reviews were refused', 503);
  vi.advanceTimersByTime(60_000);
  expect(warned[1]).toEqual([{ counts: { 503: 1 } }, 'reviews were refused in the last minute']);
});
