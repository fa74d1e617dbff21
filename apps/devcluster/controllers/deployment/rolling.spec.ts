import { describe, expect, test } from 'vitest';
import { type Deployment, type ReplicaSet } from '../workload.js';
import { bounds, newReplicas, oldReplicas } from './rolling.js';

const deployment = (replicas: number, strategy: Deployment['spec']['strategy'] = {}): Deployment => ({
  metadata: { name: 'web' },
  spec: { replicas, selector: {}, template: { spec: { containers: [] } }, strategy },
});

const set = (name: string, replicas: number, available = replicas): ReplicaSet => ({
  metadata: { name },
  spec: { replicas, selector: {}, template: { spec: { containers: [] } } },
  status: { replicas, availableReplicas: available },
});

describe('bounds', () => {
  test('surge is rounded up, unavailability down', () => {
    expect(bounds(deployment(2))).toEqual({ surge: 1, unavailable: 0 });
    expect(bounds(deployment(10))).toEqual({ surge: 3, unavailable: 2 });
  });

  test('two zeros would never move', () => {
    const rollingUpdate = { maxSurge: 0, maxUnavailable: 0 };
    expect(bounds(deployment(3, { rollingUpdate }))).toEqual({ surge: 0, unavailable: 1 });
  });

  test('numbers are taken as they are', () => {
    const rollingUpdate = { maxSurge: 2, maxUnavailable: 1 };
    expect(bounds(deployment(3, { rollingUpdate }))).toEqual({ surge: 2, unavailable: 1 });
  });
});

describe('the new ReplicaSet', () => {
  test('alone gets all replicas at once', () => {
    expect(newReplicas(deployment(3), undefined, [])).toBe(3);
  });

  test('beside an old one gets what the surge leaves', () => {
    expect(newReplicas(deployment(2), undefined, [set('old', 2)])).toBe(1);
    expect(newReplicas(deployment(2), set('new', 1), [set('old', 2)])).toBe(1);
    expect(newReplicas(deployment(2), set('new', 1), [set('old', 1)])).toBe(2);
  });

  test('is scaled down with the Deployment', () => {
    expect(newReplicas(deployment(1), set('new', 3), [])).toBe(1);
  });
});

describe('old ReplicaSets', () => {
  test('give nothing while the new pods are not available', () => {
    expect(oldReplicas(deployment(2), set('new', 1, 0), [set('old', 2)])).toEqual(new Map());
  });

  test('give one for each new pod that is available', () => {
    expect(oldReplicas(deployment(2), set('new', 1, 1), [set('old', 2)])).toEqual(new Map([['old', 1]]));
    expect(oldReplicas(deployment(2), set('new', 2, 2), [set('old', 1)])).toEqual(new Map([['old', 0]]));
  });

  test('lose their unavailable pods first', () => {
    const rollingUpdate = { maxSurge: 1, maxUnavailable: 0 };
    const old = [set('sick', 2, 0), set('well', 1, 1)];
    expect(oldReplicas(deployment(2, { rollingUpdate }), set('new', 1, 1), old)).toEqual(new Map([['sick', 0]]));
  });
});
