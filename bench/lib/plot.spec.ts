import { expect, it } from 'vitest';
import { plotOf, ticks } from './plot.ts';

it.each([
  [30, [0, 10, 20, 30]],
  [0.5, [0, 0.1, 0.2, 0.3, 0.4, 0.5]],
  [183, [0, 50, 100, 150, 200]],
  [1, [0, 0.2, 0.4, 0.6, 0.8, 1]],
])('the ticks up to %d are round and reach it', (most, expected) => expect(ticks(most)).toEqual(expected));

it('draws each curve on its own scale', () => {
  const memory = { name: 'MB', colour: 'blue', values: [0, 200] };
  const handles = { name: 'handles', colour: 'red', values: [10, 5] };
  const svg = plotOf('soak', 30, [memory, handles]);
  expect(svg).toContain('stroke="blue" points="60.0,240 840.0,60"');
  expect(svg).toContain('stroke="red" points="60.0,60 840.0,150"');
});
