import { describe, expect, it } from 'vitest';
import { covers } from './covers.js';

describe('covers', () => {
  it.each<[unknown, unknown]>([
    [{ a: 1, b: 2 }, { a: 1 }],
    [{ a: [{ b: 1, added: true }] }, { a: [{ b: 1 }] }],
    [{}, { a: {} }],
    [{}, { a: [] }],
    [{}, { a: '' }],
  ])('%j holds %j', (live, wanted) => expect(covers(live, wanted)).toBe(true));

  it.each<[unknown, unknown]>([
    [{ a: 2 }, { a: 1 }],
    [{}, { a: 1 }],
    [{}, { a: false }],
    [{ a: [1, 2] }, { a: [1] }],
    [{ a: [2, 1] }, { a: [1, 2] }],
    [{ a: 'x' }, { a: { b: 1 } }],
    [undefined, { a: 1 }],
  ])('%j does not hold %j', (live, wanted) => expect(covers(live, wanted)).toBe(false));
});
