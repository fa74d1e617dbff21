import { describe, expect, it } from 'vitest';
import { Matcher } from './matcher.js';

describe('a matcher', () => {
  const matcher = new Matcher(['/x'], ['/b/', '/d', '/a/', '/a/c', '/ab', '/b/c/d', '/a/c']);
  it.each([
    ['/a/1', true],
    ['/a/c/d', true],
    ['/a/z', true],
    ['/ab', true],
    ['/abc', true],
    ['/b/', true],
    ['/b/z', true],
    ['/d', true],
    ['/dd', true],
    ['/x', true],
    ['/', false],
    ['/a', false],
    ['/aa', false],
    ['/b', false],
    ['/c', false],
    ['/xx', false],
    ['/z', false],
  ])('%s: %s', (path, expected) => {
    expect(matcher.matches(path)).toBe(expected);
  });

  it('finds each of many prefixes, in whatever order they come', () => {
    const words = Array.from({ length: 50 }, (_, index) => `/${(index * 37) % 50}-`);
    for (const prefixes of [words, words.toReversed(), words.toSorted()]) {
      const many = new Matcher([], prefixes);
      for (const word of words) expect(many.matches(`${word}x`)).toBe(true);
      expect(many.matches('/50-x')).toBe(false);
    }
  });

  it('knows what is written without a wildcard', () => {
    expect([matcher.isExact('/x'), matcher.isExact('/a/1')]).toEqual([true, false]);
    expect(new Matcher([], []).matches('/x')).toBe(false);
  });
});
