import { QueryClient } from '@tanstack/react-query';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ApiError } from '../api/client.js';
import { afterFailure } from './useScreenshot.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const failed = (code: number): ApiError => new ApiError({ code, reason: '', message: '' });

it.each([0, 404, 409, 500, 503])('a picture that failed with %d is taken again, less and less often', async (code) => {
  const at: number[] = [];
  const start = Date.now();
  const queryFn = () => {
    at.push((Date.now() - start) / 1_000);
    return at.length < 7 ? Promise.reject(failed(code)) : Promise.resolve('picture');
  };
  const picture = new QueryClient().fetchQuery({ queryKey: ['screenshot'], queryFn, ...afterFailure });
  await vi.advanceTimersByTimeAsync(600_000);
  expect(await picture).toBe('picture');
  expect(at).toEqual([0, 10, 30, 70, 150, 270, 390]);
});

it.each([401, 403])('a refusal (%d) stays', async (code) => {
  const queryFn = vi.fn(() => Promise.reject(failed(code)));
  const picture = new QueryClient().fetchQuery({ queryKey: ['screenshot'], queryFn, ...afterFailure });
  await expect(picture).rejects.toMatchObject({ code });
  expect(queryFn).toHaveBeenCalledTimes(1);
});
