import { expect, it } from 'vitest';
import { COMPARING, type OptionName, readOptions, usageOf } from './options.ts';

const read = (args: string[], takes: readonly OptionName[] = COMPARING) => readOptions(args, takes);

it('has defaults, and shorter ones', () => {
  const defaults = { others: [], short: false, seconds: 1, rounds: 5, minutes: 30, only: '', cpuProfile: false };
  expect(read([])).toEqual(defaults);
  expect(read(['--short', '--rounds', '1'])).toMatchObject({ short: true, seconds: 0.3, rounds: 1 });
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
  expect(read(against).others).toEqual([
    { name: 'a', url: new URL('http://h:1'), token: 'x', pid: 7 },
    { name: 'other', url: new URL('http://h:2'), token: 'y', pid: undefined },
  ]);
});

it.each([
  [['--against', 'nowhere', '--token', 'x'], 'expected [NAME=]URL'],
  [['--against', 'http://h:1'], 'add --token JWT'],
  [['--seconds', '0'], 'expected a number above 0'],
  [['--round', '2'], "Unknown option '--round'"],
])('refuses %j', (args, message) => {
  expect(() => read(args)).toThrow(message);
});

it('refuses, and does not show, what a bench does not take', () => {
  expect(() => read(['--against', 'http://h:1'], ['short'])).toThrow("Unknown option '--against'");
  expect(usageOf(['short'])).toMatch(/^Options:\n {2}--short .*\n$/);
});
