import { describe, expect, it } from 'vitest';
import { ApiError } from '../status.js';
import { jsonPatch } from './json.js';

const code = (patch: unknown): number => {
  try {
    jsonPatch({ a: 1, list: ['x'] }, patch);
    return 200;
  } catch (error) {
    return error instanceof ApiError ? error.code : 0;
  }
};

describe('JSON patch', () => {
  it('changes a copy', () => {
    const target = { a: 1, list: ['x'] };
    const patch = [
      { op: 'replace', path: '/a', value: 2 },
      { op: 'add', path: '/list/-', value: 'y' },
    ];
    expect(jsonPatch(target, patch)).toEqual({ a: 2, list: ['x', 'y'] });
    expect(target).toEqual({ a: 1, list: ['x'] });
  });

  it.each([
    [[{ op: 'test', path: '/a', value: 2 }], 422],
    [[{ op: 'remove', path: '/none' }], 422],
    [[{ op: 'replace', path: 'a', value: 2 }], 422],
    [[{ op: 'odd', path: '/a' }], 422],
    [[{ path: '/a' }], 422],
    [{}, 400],
    ['x', 400],
    [[1], 400],
  ])('%j is refused with %d', (patch, expected) => {
    expect(code(patch)).toBe(expected);
  });

  it('reaches no prototype', () => {
    code([{ op: 'add', path: '/__proto__/polluted', value: true }]);
    code([{ op: 'add', path: '/constructor/prototype/polluted', value: true }]);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});
