import { describe, expect, it } from 'vitest';
import { type KubeObject, types } from '#libs/kube';
import { Reporter } from '../apply/reporter.js';
import { FakeCluster } from '../testing/fake-cluster.js';
import { SessionReconciler } from './reconciler.js';

const ENDED = Date.parse('2030-01-01T00:00:00Z');
const HOUR = 3_600_000;
const MADE = '2029-12-31T00:00:00Z';

/** The record of a console of GateServer `gs`, a day old. */
function setUp(status: object, { retention = '2h', surplus = false, labels = {} } = {}) {
  const cluster = new FakeCluster();
  const server = (name: string, creationTimestamp = '2029-01-01T00:00:00Z') => {
    const spec = { route: 'gs.example.com', 'token-retention': retention };
    cluster.put(types.gateServers, { metadata: { name, namespace: 'n', creationTimestamp }, spec } as KubeObject);
  };
  server('gs');
  const metadata = { name: 's', namespace: 'n', creationTimestamp: MADE, labels };
  cluster.put(types.gateSessions, { metadata, spec: { pod: 'gs-1' }, status } as KubeObject);
  cluster.put(types.pods, { metadata: { name: 'gs-1', namespace: 'n' } });
  const watches = { gateSessions: cluster.cache(types.gateSessions), gateServers: cluster.cache(types.gateServers) };
  const reporter = new Reporter(cluster.client, { record: () => undefined });
  const histories = { isSurplus: () => surplus };
  const at = (now: number) =>
    new SessionReconciler(cluster.client, watches as never, reporter, histories, { now: () => now }).reconcile('n/s');
  return { cluster, at, server };
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

describe('an open console', () => {
  const labels = { 'kubegateway.kubevirt.io/gate-server': 'gs' };

  it('whose GateServer was deleted ends as soon as its pod is gone', async () => {
    const { cluster, at } = setUp({ phase: 'Active', started: MADE, 'bytes-in': 5 }, { labels });
    cluster.remove(types.gateServers, 'gs');
    expect(await at(ENDED)).toEqual({ again: 1000 });
    expect(cluster.written()).toEqual([]);
    cluster.remove(types.pods, 'gs-1');
    await at(ENDED);
    expect(cluster.written()).toEqual(['apply gatesessions/n/s/status']);
    expect(cluster.bodies.get('gatesessions/n/s/status')).toMatchObject({
      metadata: { resourceVersion: expect.any(String) as string },
      status: { phase: 'Ended', ended: '2030-01-01T00:00:00Z', reason: expect.stringContaining('deleted') as string },
    });
    await at(ENDED);
    expect(cluster.written()).toEqual([]);
  });

  it.each<[string, boolean, Record<string, string>, (server: (name: string, made?: string) => void) => void]>([
    ['has its GateServer', false, labels, (server) => server('gs')],
    ['is of an older release, and a GateServer is there', false, {}, (server) => server('other')],
    ['is of an older release, and no GateServer is there', true, {}, () => undefined],
    ['has another GateServer beside it alone', true, labels, (server) => server('other')],
    [
      'has a GateServer of its name that was made later',
      true,
      labels,
      (server) => server('gs', '2029-12-31T00:00:01Z'),
    ],
  ])('that %s: ends %s', async (_, ends, marks, make) => {
    const { cluster, at, server } = setUp({ phase: 'Active' }, { labels: marks });
    cluster.remove(types.gateServers, 'gs');
    cluster.remove(types.pods, 'gs-1');
    make(server);
    await at(ENDED);
    expect(cluster.written()).toEqual(ends ? ['apply gatesessions/n/s/status'] : []);
  });
});
