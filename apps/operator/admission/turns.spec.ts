import { expect, it } from 'vitest';
import { Busy, Turns } from './turns.js';

const NEVER = new AbortController().signal;

/** Work that ends when it is told to. */
function piece() {
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  return { work: () => ended, end };
}

it('has a few at work, and the others wait in the order in which they came', async () => {
  const turns = new Turns({ atWork: 2, waiting: 10 });
  const begun: number[] = [];
  const pieces = [0, 1, 2, 3].map(() => piece());
  const all = pieces.map(({ work }, index) =>
    turns.take(async () => {
      begun.push(index);
      await work();
    }, NEVER),
  );
  await expect.poll(() => begun).toEqual([0, 1]);
  pieces[1]?.end();
  await all[1];
  await expect.poll(() => begun).toEqual([0, 1, 2]);
  for (const { end } of pieces) end();
  await Promise.all(all);
  expect(begun).toEqual([0, 1, 2, 3]);
});

it('refuses whom more than enough wait before', async () => {
  const turns = new Turns({ atWork: 1, waiting: 1 });
  const { work, end } = piece();
  const all = [turns.take(work, NEVER), turns.take(work, NEVER)];
  await expect(turns.take(work, NEVER)).rejects.toThrow(Busy);
  end();
  await Promise.all(all);
  await turns.take(work, NEVER);
});

it('work that is given up, or fails, frees its turn, even if it never ends', async () => {
  const turns = new Turns({ atWork: 1, waiting: 1 });
  const given = new AbortController();
  const stuck = turns.take(() => new Promise<void>(() => undefined), given.signal);
  const next = turns.take(() => Promise.reject(new Error('failed')), NEVER);
  given.abort(new Error('given up'));
  await expect(stuck).rejects.toThrow('given up');
  await expect(next).rejects.toThrow('failed');
  expect(await turns.take(async () => 'done', NEVER)).toBe('done');
});

it('whoever gives up while they wait has no turn, and keeps no place', async () => {
  const turns = new Turns({ atWork: 1, waiting: 1 });
  const { work, end } = piece();
  const first = turns.take(work, NEVER);
  const given = new AbortController();
  let began = false;
  const gone = turns.take(async () => (began = true), given.signal);
  given.abort(new Error('given up'));
  await expect(gone).rejects.toThrow('given up');
  await expect(turns.take(async () => undefined, AbortSignal.abort(new Error('late')))).rejects.toThrow('late');
  const last = turns.take(async () => 'last', NEVER);
  end();
  await first;
  expect(await last).toBe('last');
  expect(began).toBe(false);
});
