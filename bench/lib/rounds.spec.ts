import { expect, it } from 'vitest';
import { paired } from './rounds.ts';

const [direct, ours] = [{ name: 'direct' }, { name: 'ours' }];

it('warms each side up, then looks at them in turn', async () => {
  const seen: string[] = [];
  await paired('x', [direct, ours], 2, async ({ name }) => {
    seen.push(name);
    return {};
  });
  expect(seen).toEqual(['direct', 'ours', 'direct', 'ours', 'direct', 'ours']);
});

it('makes a row of each reading, without the warm-up', async () => {
  const values = { direct: [1, 100, 50, 100], ours: [1, 25, 10, 25] };
  const rows = await paired('GET', [direct, ours], 3, async ({ name }) => {
    const value = values[name as 'direct' | 'ours'].shift() ?? NaN;
    return name === 'ours' ? { 'req/s': value, 'CPU us': 7 } : { 'req/s': value };
  });
  expect(rows).toEqual([
    {
      figure: 'GET',
      reading: 'req/s',
      values: { direct: 100, ours: 25 },
      ratios: { direct: 0.25 },
      rounds: { direct: [100, 50, 100], ours: [25, 10, 25] },
    },
    { figure: 'GET', reading: 'CPU us', values: { ours: 7 }, ratios: {}, rounds: { ours: [7, 7, 7] } },
  ]);
});
