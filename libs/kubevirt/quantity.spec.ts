import { describe, expect, it } from 'vitest';
import { parseQuantity } from './quantity.js';

describe('parseQuantity', () => {
  it.each([
    ['64M', 64e6],
    ['1Gi', 2 ** 30],
    ['0.5', 0.5],
    ['250m', 0.25],
    ['1e3', 1000],
    [5, 5],
    ['5 GB', undefined],
    ['', undefined],
  ])('%s', (text, value) => expect(parseQuantity(text)).toBe(value));
});
