import { expect, it } from 'vitest';
import { Attempts } from './attempts.js';

it('each address has its bucket, which fills again', () => {
  let now = 0;
  const attempts = new Attempts({ now: () => now }, { most: 3, backPerSecond: 0.5, addresses: 10 });
  const take = (times: number, address = '192.0.2.1') => Array.from({ length: times }, () => attempts.take(address));
  expect(take(4)).toEqual([undefined, undefined, undefined, 2]);
  expect(take(1, '192.0.2.2')).toEqual([undefined]);
  now += 1000;
  expect(take(1)).toEqual([1]);
  now += 1000;
  expect(take(2)).toEqual([undefined, 2]);
  attempts.giveBack('192.0.2.1');
  expect(take(2)).toEqual([undefined, 2]);
});

it('remembers so many addresses and no more, those that came last', () => {
  const attempts = new Attempts({ now: () => 0 }, { most: 1, backPerSecond: 1, addresses: 100 });
  for (let i = 0; i < 5000; i++) {
    attempts.take(`10.0.${i >> 8}.${i & 255}`);
    if (i > 0) expect(attempts.take('10.0.0.0')).toBe(1);
  }
  expect(attempts.size).toBe(100);
});
