import { describe, expect, it } from 'vitest';
import { type GateServer } from '#libs/api';
import { type KubeObject, types } from '#libs/kube';
import { OWNED } from '../cluster/watches.js';
import { FakeCluster } from '../testing/fake-cluster.js';
import { fixedKeys } from '../testing/fixed-keys.js';
import { reconcileWith } from '../testing/reconcile.js';

const factory = fixedKeys('x.example.com', 'x-guest.example.com');

const OLD = '2029-01-01T00:00:00Z';
const NEW = '2030-01-01T00:00:00Z';

describe('of GateServers x and x-guest, whose accounts would share a name, the older one runs', () => {
  const cases = [
    ['x', OLD, NEW],
    ['x-guest', NEW, OLD],
    ['x', OLD, OLD],
  ].flatMap(([keeper = '', x = '', guest = '']) =>
    [
      ['x', 'x-guest'],
      ['x-guest', 'x'],
    ].map((order) => [keeper, x, guest, order] as const),
  );

  it.each(cases)('%s, with x of %s and x-guest of %s, looked at in the order %j', async (keeper, x, guest, order) => {
    const other = keeper === 'x' ? 'x-guest' : 'x';
    const cluster = new FakeCluster();
    const made = new Map<string, string>([
      ['x', x],
      ['x-guest', guest],
    ]);
    const reconcile = (name: string) => reconcileWith(cluster, factory, `n/${name}`);
    // Each may be seen and made before the other is there.
    for (const name of order) {
      const metadata = { name, namespace: 'n', uid: `uid-${name}`, generation: 1, creationTimestamp: made.get(name) };
      cluster.put(types.gateServers, { metadata, spec: { route: `${name}.example.com` } } as unknown as KubeObject);
      await reconcile(name);
    }
    for (const name of [...order, ...order]) await reconcile(name);
    const status = (name: string) => (cluster.take(types.gateServers, name) as unknown as GateServer).status;
    const ready = (name: string) => status(name)?.conditions?.find(({ type }) => type === 'Ready');
    expect(status(keeper)?.phase).toBe('Progressing');
    expect(cluster.take(types.deployments, keeper)).toBeDefined();
    expect(cluster.take(types.deployments, other)).toBeUndefined();
    expect(ready(other)).toMatchObject({ status: 'False', reason: 'NameTaken' });
    expect(ready(other)?.message).toContain(
      `GateServer ${keeper} is older. Delete this GateServer and create it under`,
    );
    for (const name of order) expect(await reconcile(name)).toEqual([]);

    cluster.remove(types.gateServers, keeper);
    for (const type of OWNED) {
      for (const { metadata } of cluster.cache(type).list()) {
        if (metadata.ownerReferences?.[0]?.name === keeper) cluster.remove(type, metadata.name ?? '');
      }
    }
    expect(await reconcile(other)).toContain(`apply deployments/n/${other}`);
  });
});
