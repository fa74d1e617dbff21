import { expect, it } from 'vitest';
import { Listeners } from './listeners.js';

it('calls those that are there, whichever were taken away', () => {
  const listeners = new Listeners<number>();
  const heard: string[] = [];
  const add = (name: string): (() => void) => listeners.add((event) => heard.push(`${name}${event}`));
  const [a, b, c] = [add('a'), add('b'), add('c')];
  a();
  a();
  listeners.call(1);
  expect([listeners.size, heard.splice(0).sort()]).toEqual([2, ['b1', 'c1']]);
  c();
  listeners.call(2);
  b();
  listeners.call(3);
  expect([listeners.size, heard]).toEqual([0, ['b2']]);
});

it('calls one that another takes away meanwhile, as it was there', () => {
  const listeners = new Listeners<void>();
  const heard: string[] = [];
  const stops = ['a', 'b', 'c'].map((name) =>
    listeners.add(() => {
      heard.push(name);
      for (const stop of stops) stop();
    }),
  );
  listeners.call();
  expect([heard, listeners.size]).toEqual([['a', 'b', 'c'], 0]);
});
