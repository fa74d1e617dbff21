import { expect, it } from 'vitest';
import { tableOf } from './report.ts';
import { rowOf } from './rounds.ts';

it('has a column for each side and each ratio; what was not measured stays empty', () => {
  const sides = new Map([
    ['direct', [1000]],
    ['ours', [250]],
  ]);
  const rows = [rowOf('GET', 'req/s', sides), rowOf('GET', 'CPU us', new Map([['ours', [80]]]))];
  expect(tableOf(rows).split('\n')).toEqual([
    '| figure | reading | direct | ours | ours x direct |',
    '| ------ | ------- | -----: | ---: | ------------: |',
    '| GET    | req/s   |   1000 |  250 |          0.25 |',
    '| GET    | CPU us  |        |   80 |               |',
  ]);
});
