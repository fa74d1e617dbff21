import { expect, it } from 'vitest';
import { GrantError } from '../grants/grant-error.js';
import { ReviewedRight } from './reviewed-right.js';

const INTERVAL = 60_000;
const PAUSE = 20;

/** A reviewed right, the clock that it goes by, and the questions that it asked; `answer` says what becomes of the next ones. */
function setUp() {
  const state = { now: 0, asked: 0, answer: (): Promise<boolean> => Promise.resolve(true) };
  const ask = (): Promise<boolean> => {
    state.asked += 1;
    return state.answer();
  };
  const reviewed = new ReviewedRight(ask, INTERVAL, { monotonic: () => state.now }, PAUSE);
  return Object.assign(state, { reviewed });
}

const fail = (): Promise<boolean> => Promise.reject(new Error('down'));
const unreachable = expect.objectContaining({ code: 'unreachable' }) as GrantError;

it('is no, and stays no for the interval', async () => {
  const state = setUp();
  state.answer = () => Promise.resolve(false);
  expect(await state.reviewed.allows()).toBe(false);
  expect(state.reviewed.isLost).toBe(true);
  state.answer = () => Promise.resolve(true);
  state.now = INTERVAL - 1;
  expect(await state.reviewed.allows()).toBe(false);
  state.now = INTERVAL;
  expect(await state.reviewed.allows()).toBe(true);
  expect(state.asked).toBe(2);
});

it('is asked once by all who wait for it, and once in an interval', async () => {
  const state = setUp();
  const all = await Promise.all(Array.from({ length: 100 }, () => state.reviewed.allows()));
  expect(all.every(Boolean)).toBe(true);
  state.now = INTERVAL - 1;
  expect(state.reviewed.isDue).toBe(false);
  await state.reviewed.allows();
  expect(state.asked).toBe(1);
});

it('counts from when it was asked, not from when it was answered', async () => {
  const state = setUp();
  state.answer = () => {
    state.now = 4000;
    return Promise.resolve(true);
  };
  await state.reviewed.allows();
  state.now = INTERVAL;
  expect(state.reviewed.isDue).toBe(true);
});

it('without any answer: nothing is allowed, and a request that waits asks again soon', async () => {
  const state = setUp();
  state.answer = fail;
  await expect(state.reviewed.allows()).rejects.toEqual(unreachable);
  state.now = 1;
  await expect(state.reviewed.allows()).rejects.toEqual(unreachable);
  expect(state.asked).toBe(2);
  state.answer = () => Promise.resolve(true);
  expect(await state.reviewed.allows()).toBe(true);
});

it('without any answer: however many wait, one question is asked in each pause', async () => {
  const state = setUp();
  state.answer = fail;
  const clock = { monotonic: () => performance.now() };
  const right = new ReviewedRight(() => ((state.asked += 1), fail()), INTERVAL, clock, PAUSE);
  const start = performance.now();
  while (performance.now() - start < 10 * PAUSE) {
    await Promise.allSettled(Array.from({ length: 10 }, () => right.allows()));
  }
  expect(state.asked).toBeGreaterThan(1);
  expect(state.asked).toBeLessThanOrEqual((performance.now() - start) / (PAUSE - 1) + 1);
});

it('without any answer, and with nobody who waits: the cluster is asked every 5 s', async () => {
  const state = setUp();
  state.answer = fail;
  await state.reviewed.refresh();
  state.now = 4999;
  expect(state.reviewed.isDue).toBe(false);
  state.now = 5000;
  expect(state.reviewed.isDue).toBe(true);
});

it('with an answer that still counts: the cluster is asked every 5 s, and nobody waits in between', async () => {
  const state = setUp();
  await state.reviewed.allows();
  state.answer = fail;
  state.now = INTERVAL;
  expect(await state.reviewed.allows()).toBe(true);
  state.now = INTERVAL + 4999;
  expect(await state.reviewed.allows()).toBe(true);
  expect(state.asked).toBe(2);
  state.now = INTERVAL + 5000;
  expect(await state.reviewed.allows()).toBe(true);
  expect(state.asked).toBe(3);
});

it('row 11: the last answer counts for 30 s of failing questions, and no longer', async () => {
  const state = setUp();
  await state.reviewed.allows();
  state.answer = fail;
  state.now = INTERVAL;
  expect(await state.reviewed.allows()).toBe(true);
  state.now = INTERVAL + 30_000;
  expect(await state.reviewed.allows()).toBe(true);
  state.now = INTERVAL + 30_001;
  await expect(state.reviewed.allows()).rejects.toEqual(unreachable);
  expect(state.reviewed.silence).toBe(30_001);
  state.now = INTERVAL + 40_000;
  state.answer = () => Promise.resolve(true);
  expect(await state.reviewed.allows()).toBe(true);
  expect(state.reviewed.silence).toBe(0);
});

it('row 11: an answer that nobody has needed for long does not count for 30 s more', async () => {
  const state = setUp();
  await state.reviewed.allows();
  state.answer = fail;
  state.now = 5 * 3_600_000;
  await expect(state.reviewed.allows()).rejects.toEqual(unreachable);
});

it('a no that cannot be asked again stays a no', async () => {
  const state = setUp();
  state.answer = () => Promise.resolve(false);
  await state.reviewed.allows();
  state.answer = fail;
  state.now = INTERVAL;
  expect(await state.reviewed.allows()).toBe(false);
  expect(state.reviewed.isLost).toBe(true);
});
