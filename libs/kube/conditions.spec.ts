import { expect, it } from 'vitest';
import { setCondition } from './conditions.js';

const at = (iso: string) => new Date(iso);

it('moves the transition time on flips alone', () => {
  const first = setCondition(
    [],
    { type: 'Ready', status: 'False', reason: 'A', message: 'a' },
    at('2030-01-01T00:00:00.5Z'),
  );
  const same = setCondition(
    first,
    { type: 'Ready', status: 'False', reason: 'B', message: 'b' },
    at('2030-01-02T00:00:00Z'),
  );
  const flip = setCondition(
    same,
    { type: 'Ready', status: 'True', reason: 'C', message: '' },
    at('2030-01-03T00:00:00Z'),
  );
  expect(first[0]?.lastTransitionTime).toBe('2030-01-01T00:00:00Z');
  expect(same).toMatchObject([{ reason: 'B', lastTransitionTime: '2030-01-01T00:00:00Z' }]);
  expect(flip).toMatchObject([{ reason: 'C', lastTransitionTime: '2030-01-03T00:00:00Z' }]);
});
