import { expect, test } from 'vitest';
import { matches } from './selector.js';

const labels = { app: 'web', tier: 'front' };
const expression = (key: string, operator: string, values: string[] = []) => ({
  matchExpressions: [{ key, operator, values }],
});

test.each([
  [{}, true],
  [undefined, false],
  [{ matchLabels: { app: 'web' } }, true],
  [{ matchLabels: { app: 'web', tier: 'back' } }, false],
  [expression('app', 'In', ['web', 'api']), true],
  [expression('app', 'NotIn', ['web']), false],
  [expression('zone', 'NotIn', ['a']), true],
  [expression('tier', 'Exists'), true],
  [expression('tier', 'DoesNotExist'), false],
  [expression('app', 'Unheard'), false],
])('%j matches: %s', (selector, expected) => {
  expect(matches(selector, labels)).toBe(expected);
});
