import { QueryClient } from '@tanstack/react-query';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ApiError } from '../api/client.js';
import { keys } from '../api/query.js';
import { afterFailure, nextMs, takeShot } from './useScreenshot.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it('a screen that does not change keeps its picture, and is asked for less and less often', async () => {
  const tags = ['a', 'a', 'a', 'a', 'a', 'b', 'b'];
  vi.stubGlobal('fetch', () => Promise.resolve(new Response('picture', { headers: { etag: tags.shift() ?? '' } })));
  const client = new QueryClient();
  const take = () => client.fetchQuery({ queryKey: keys.screenshot('ns', 'vm'), queryFn: takeShot });
  const [first, ...rest] = [await take(), await take(), await take(), await take(), await take()];
  expect([first, ...rest].map(nextMs)).toEqual([10_000, 20_000, 40_000, 60_000, 60_000]);
  for (const { picture } of rest) expect(picture).toBe(first.picture);
  const changed = await take();
  expect(changed.picture).not.toBe(first.picture);
  expect([changed, await take()].map(nextMs)).toEqual([10_000, 20_000]);
});

it('a picture without a tag counts as another one', async () => {
  vi.stubGlobal('fetch', () => Promise.resolve(new Response('picture')));
  const client = new QueryClient();
  const take = () => client.fetchQuery({ queryKey: keys.screenshot('ns', 'vm'), queryFn: takeShot });
  expect([await take(), await take()].map(nextMs)).toEqual([10_000, 10_000]);
});

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
