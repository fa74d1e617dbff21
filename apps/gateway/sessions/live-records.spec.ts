import { expect, it } from 'vitest';
import { LiveRecords } from './live-records.js';

it('counts the live records of each token, told twice or not', () => {
  const records = new LiveRecords();
  for (const name of ['a', 'b', 'a']) records.began(name, 'one');
  records.began('c', 'two');
  records.began('d');
  expect([records.of('one'), records.of('two'), records.of('three')]).toEqual([2, 1, 0]);
  for (const name of ['a', 'a', 'unknown']) records.over(name);
  expect([records.of('one'), records.of('two')]).toEqual([1, 1]);
});

it('does not count a record again that is over and that the watch still shows as live', () => {
  const records = new LiveRecords();
  records.began('a', 'one');
  records.over('a');
  records.began('a', 'one');
  expect(records.of('one')).toBe(0);
  records.forget('a');
  expect(records.of('one')).toBe(0);
});

it('forgets a record that is gone', () => {
  const records = new LiveRecords();
  records.began('a', 'one');
  records.forget('a');
  expect(records.of('one')).toBe(0);
  records.began('a', 'one');
  expect(records.of('one')).toBe(1);
});
