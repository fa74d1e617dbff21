import { expect, it } from 'vitest';
import { type KubeObject, types } from '#libs/kube';
import { FakeCluster } from '../testing/fake-cluster.js';
import { SessionReconciler } from './reconciler.js';

const ENDED = Date.parse('2030-01-01T00:00:00Z');
const HOUR = 3_600_000;

function setUp(status: object, { retention = '2h', surplus = false } = {}) {
  const cluster = new FakeCluster();
  const spec = { route: 'gs.example.com', 'token-retention': retention };
  cluster.put(types.gateServers, { metadata: { name: 'gs', namespace: 'n' }, spec } as KubeObject);
  cluster.put(types.gateSessions, { metadata: { name: 's', namespace: 'n' }, spec: {}, status } as KubeObject);
  const watches = { gateSessions: cluster.cache(types.gateSessions), gateServers: cluster.cache(types.gateServers) };
  const at = (now: number) =>
    new SessionReconciler(cluster.client, watches as never, { isSurplus: () => surplus }, { now: () => now }).reconcile(
      'n/s',
    );
  return { cluster, at };
}

it('deletes the record of a console when its retention is over, not before', async () => {
  const { cluster, at } = setUp({ phase: 'Ended', ended: '2030-01-01T00:00:00Z' });
  expect(await at(ENDED + HOUR)).toEqual({ again: HOUR });
  expect(cluster.written()).toEqual([]);
  await at(ENDED + 2 * HOUR);
  expect(cluster.written()).toEqual(['delete gatesessions/n/s']);
  await at(ENDED + 2 * HOUR);
  expect(cluster.written()).toEqual([]);
});

it('deletes the record of a console whose place newer ones have taken, at once', async () => {
  const { cluster, at } = setUp({ phase: 'Ended', ended: '2030-01-01T00:00:00Z' }, { surplus: true });
  await at(ENDED);
  expect(cluster.written()).toEqual(['delete gatesessions/n/s']);
});

it('leaves a live console alone', async () => {
  const { cluster, at } = setUp({ phase: 'Active', started: '2030-01-01T00:00:00Z' });
  expect(await at(ENDED + 1000 * HOUR)).toBeUndefined();
  expect(cluster.written()).toEqual([]);
});
