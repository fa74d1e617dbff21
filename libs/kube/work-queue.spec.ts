import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { KubeError } from './errors.js';
import { WorkQueue } from './work-queue.js';

describe('WorkQueue', () => {
  it('works on a key once for many adds, and once more when added meanwhile', async () => {
    const seen: string[] = [];
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const queue = new WorkQueue(async (key) => {
      seen.push(key);
      await gate;
    });
    queue.add('a');
    queue.add('a');
    await vi.waitFor(() => expect(seen).toEqual(['a']));
    queue.add('a');
    queue.add('b');
    await vi.waitFor(() => expect(seen).toEqual(['a', 'b']));
    expect(queue.length).toBe(2);
    release();
    await vi.waitFor(() => expect(seen).toEqual(['a', 'b', 'a']));
    await vi.waitFor(() => expect(queue.length).toBe(0));
    await queue.stop();
  });

  it('backs off a key that fails, reports it, and forgets when it succeeds', async () => {
    let runs = 0;
    const errors: string[] = [];
    const queue = new WorkQueue(
      async () => {
        runs += 1;
        if (runs < 4) throw new Error('not yet');
      },
      { baseMs: 1, onError: (_error, key) => errors.push(key) },
    );
    queue.add('a');
    await vi.waitFor(() => expect(runs).toBe(4));
    expect(errors).toEqual(['a', 'a', 'a']);
    await queue.stop();
  });

  it('waits as long as the API server asks', async () => {
    const runs: number[] = [];
    const queue = new WorkQueue(
      async () => {
        runs.push(performance.now());
        if (runs.length < 2) throw new KubeError({ code: 429, reason: 'TooManyRequests', message: 'later' }, 0.3);
      },
      { baseMs: 1 },
    );
    queue.add('a');
    await vi.waitFor(() => expect(runs).toHaveLength(2));
    expect((runs[1] ?? 0) - (runs[0] ?? 0)).toBeGreaterThan(290);
    await queue.stop();
  });

  it('keeps to its concurrency', async () => {
    let now = 0;
    let most = 0;
    let done = 0;
    const queue = new WorkQueue(
      async () => {
        most = Math.max(most, (now += 1));
        await new Promise((resolve) => setImmediate(resolve));
        now -= 1;
        done += 1;
      },
      { concurrency: 2 },
    );
    for (let i = 0; i < 20; i++) queue.add(`k${i}`);
    await vi.waitFor(() => expect(done).toBe(20));
    expect(most).toBe(2);
    await queue.stop();
  });

  it('looks again when the handler asks for it', async () => {
    let runs = 0;
    const queue = new WorkQueue(async () => ((runs += 1) < 3 ? { again: 1 } : undefined));
    queue.add('a');
    await vi.waitFor(() => expect(runs).toBe(3));
    await queue.stop();
  });

  it('stop waits for what runs and takes no more', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const begun: string[] = [];
    let finish = (): void => undefined;
    const work = new Promise<void>((resolve) => (finish = resolve));
    const queue = new WorkQueue(async (key) => {
      begun.push(key);
      await work;
    });
    queue.add('a');
    let stopped = false;
    const stop = queue.stop().then(() => (stopped = true));
    queue.add('b');
    queue.addAfter('c', 0);
    await new Promise((resolve) => setImmediate(resolve));
    expect([begun, stopped, vi.getTimerCount()]).toEqual([['a'], false, 0]);
    finish();
    await stop;
    expect([begun, queue.length]).toEqual([['a'], 0]);
  });
});
