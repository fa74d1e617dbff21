import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { call } from './client.js';

/** A gateway that takes a request and never answers. */
const silent = (_path: string, { signal }: RequestInit) =>
  new Promise<Response>((_, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason as Error));
  });

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it('a read that is not answered within 15 s fails, and says so', async () => {
  vi.stubGlobal('fetch', silent);
  const failed = call('/x').catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(14_900);
  expect(await Promise.race([failed, Promise.resolve('waiting')])).toBe('waiting');
  await vi.advanceTimersByTimeAsync(200);
  expect(await failed).toMatchObject({
    code: 504,
    reason: 'Timeout',
    message: expect.stringContaining('within 15 s') as string,
  });
});

it('an answer that begins in time may take longer; a change is not given up', async () => {
  const signals: (AbortSignal | null | undefined)[] = [];
  vi.stubGlobal('fetch', (_path: string, { signal }: RequestInit) => {
    signals.push(signal);
    return Promise.resolve(new Response('{}'));
  });
  await call('/x');
  await call('/x', { method: 'POST' });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(signals.map((signal) => signal?.aborted ?? false)).toEqual([false, false]);
});

it('who asks may give up earlier', async () => {
  vi.stubGlobal('fetch', silent);
  const given = new AbortController();
  const failed = call('/x', { signal: given.signal }).catch((error: unknown) => error);
  given.abort(new Error('no longer wanted'));
  expect(await failed).toMatchObject({ message: 'no longer wanted' });
});
