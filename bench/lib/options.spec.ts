import { expect, it } from 'vitest';
import { readOptions } from './options.ts';

it('has defaults, and shorter ones', () => {
  expect(readOptions([])).toEqual({ others: [], short: false, seconds: 1, rounds: 5, minutes: 30, only: '' });
  expect(readOptions(['--short', '--rounds', '1'])).toMatchObject({ short: true, seconds: 0.3, rounds: 1 });
});

it('pairs each gateway with its token and its process', () => {
  const against = [
    '--against',
    'a=http://h:1',
    '--against',
    'http://h:2',
    '--token',
    'x',
    '--token',
    'y',
    '--pid',
    '7',
  ];
  expect(readOptions(against).others).toEqual([
    { name: 'a', url: new URL('http://h:1'), token: 'x', pid: 7 },
    { name: 'other', url: new URL('http://h:2'), token: 'y', pid: undefined },
  ]);
});

it.each([
  [['--against', 'nowhere', '--token', 'x'], 'expected [NAME=]URL'],
  [['--against', 'http://h:1'], 'give it a --token'],
  [['--seconds', '0'], 'expected a number above 0'],
  [['--round', '2'], "Unknown option '--round'"],
])('refuses %j', (args, message) => {
  expect(() => readOptions(args)).toThrow(message);
});
