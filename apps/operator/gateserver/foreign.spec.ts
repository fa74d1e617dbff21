import { expect, it } from 'vitest';
import { type GateServer } from '#libs/api';
import { type KubeObject, types } from '#libs/kube';
import { FakeCluster } from '../testing/fake-cluster.js';
import { fixedKeys } from '../testing/fixed-keys.js';
import { reconcileWith } from '../testing/reconcile.js';

const factory = fixedKeys('gs.example.com');

function gateServer(): KubeObject {
  const metadata = { name: 'gs', namespace: 'n', uid: 'u', generation: 1, creationTimestamp: '2030-01-01T00:00:00Z' };
  return { metadata, spec: { route: 'gs.example.com' } } as KubeObject;
}

const reconcile = (cluster: FakeCluster): Promise<string[]> => reconcileWith(cluster, factory, 'n/gs');

it.each(['gs-jwt-secret', 'gs-session', 'gs-tls'])(
  'never reads the data of %s of another owner (security row 23)',
  async (name) => {
    const cluster = new FakeCluster();
    cluster.put(types.gateServers, gateServer());
    cluster.put(types.secrets, { metadata: { name, namespace: 'n' }, data: { 'tls.key': 'eA==' } } as KubeObject);
    await reconcile(cluster);
    await reconcile(cluster);
    const { status } = cluster.take(types.gateServers, 'gs') as unknown as GateServer;
    expect(JSON.stringify(status)).toContain(`Secret ${name} already exists and has no owner`);
    expect(cluster.secretsRead).not.toContain(name);
  },
);

// Its pods would run as that account, its guests would have that account's rights, anyone could write its JWTs.
it.each([
  ['ServiceAccount', types.serviceAccounts, 'gs'],
  ['ServiceAccount', types.serviceAccounts, 'gs-guest'],
  ['Role', types.roles, 'gs-guest'],
  ['ConfigMap', types.configMaps, 'gs-jwks'],
] as const)('makes no gateway with a %s of another owner (security row 16)', async (kind, type, name) => {
  const cluster = new FakeCluster();
  cluster.put(types.gateServers, gateServer());
  cluster.put(type, { metadata: { name, namespace: 'n' } });
  expect((await reconcile(cluster)).filter((one) => /deployments|rolebindings/.test(one))).toEqual([]);
  const { status } = cluster.take(types.gateServers, 'gs') as unknown as GateServer;
  expect(status?.phase).toBe('Error');
  expect(JSON.stringify(status)).toContain(`${kind} ${name} already exists and has no owner`);
  cluster.remove(type, name);
  expect((await reconcile(cluster)).some((one) => one.includes('deployments'))).toBe(true);
});

// It was made while the name was free: ours has been deleted since and replaced by another owner's.
it.each([
  ['ServiceAccount', types.serviceAccounts, 'gs'],
  ['ServiceAccount', types.serviceAccounts, 'gs-guest'],
  ['Role', types.roles, 'gs-guest'],
  ['RoleBinding', types.roleBindings, 'gs-guest'],
  ['Secret', types.secrets, 'gs-session'],
  ['ConfigMap', types.configMaps, 'gs-jwks'],
] as const)('ends a gateway whose %s has become another owner’s (security row 16)', async (_kind, type, name) => {
  const cluster = new FakeCluster();
  cluster.put(types.gateServers, gateServer());
  await reconcile(cluster);
  const foreign = {
    metadata: { name: 'gs', namespace: 'other', labels: cluster.take(types.deployments, 'gs')?.metadata.labels ?? {} },
  };
  cluster.put(types.deployments, foreign);
  cluster.put(type, { metadata: { name, namespace: 'n' } });
  expect(await reconcile(cluster)).toContain('delete deployments/n/gs');
  expect(await reconcile(cluster)).toEqual([]);
  expect(cluster.take(types.deployments, 'gs', 'other')).toBeDefined();
  cluster.remove(type, name);
  expect(await reconcile(cluster)).toContain('apply deployments/n/gs');
});

it('removes from the status a route that somebody else wrote: it holds no other than its own', async () => {
  const cluster = new FakeCluster();
  const spec = { route: 'gs.example.com', 'api-url': 'http://api.example.com' };
  cluster.put(types.gateServers, { ...gateServer(), spec } as KubeObject);
  await reconcile(cluster);
  cluster.forge(types.gateServers, 'gs', { route: 'other.example.com' });
  await reconcile(cluster);
  const { status } = cluster.take(types.gateServers, 'gs') as unknown as GateServer;
  expect(status?.phase).toBe('Error');
  expect(status).not.toHaveProperty('route');
  expect(await reconcile(cluster)).toEqual([]);
});
