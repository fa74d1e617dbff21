import { expect, it } from 'vitest';
import { pageOf } from './paging.js';

it.each<[number, string, number[]]>([
  [0, '', []],
  [600, '', [0, 49, 50]],
  [600, '2', [50, 99, 50]],
  [130, '3', [100, 129, 30]],
  // A page that is gone, or never was.
  [130, '9', [100, 129, 30]],
  [130, '-1', [0, 49, 50]],
  [130, 'x', [0, 49, 50]],
])('of %i items, page %j shows the first, the last, and how many: %j', (count, written, expected) => {
  const list = Array.from({ length: count }, (_, i) => i);
  const { items } = pageOf(list, written);
  expect(items.length === 0 ? [] : [items[0], items.at(-1), items.length]).toEqual(expected);
});
