import { expect, it } from 'vitest';
import { perVersion } from './per-version.js';

it('reads each object once, also where there is nothing in it, and another version anew', () => {
  const read: string[] = [];
  const firstOf = perVersion((list: string[]) => {
    read.push(list.join());
    return list[0];
  });
  const [none, one] = [[], ['a']];
  expect([firstOf(none), firstOf(none), firstOf(one), firstOf(one), firstOf(['b'])]).toEqual([
    undefined,
    undefined,
    'a',
    'a',
    'b',
  ]);
  expect(read).toEqual(['', 'a', 'b']);
});
