import { expect, test } from 'vitest';
import { podNames } from './own-cluster.js';

test('two that run on one cluster hold no Lease by the same name', () => {
  const one = podNames('/home/me/a', 'desk');
  expect(podNames('/home/me/a', 'desk')).toEqual(one);
  for (const other of [podNames('/home/me/b', 'desk'), podNames('/home/me/a', 'shelf')]) {
    expect(other.operator).not.toBe(one.operator);
    expect(other.gateway).not.toBe(one.gateway);
  }
  expect(one.operator).toMatch(/^npm-start-desk-[0-9a-f]{8}$/);
  // The gateway's is a part of the name of an object.
  expect(podNames('/home/me/a', 'Desk_1').gateway).toMatch(/^npm-start-[0-9a-f]{8}$/);
});
