import { describe, expect, it, onTestFinished } from 'vitest';
import { ENFORCED, type GateServer, type GateServerSpec } from '#libs/api';
import { KubeError, type KubeObject, types } from '#libs/kube';
import { FakeCluster } from '../testing/fake-cluster.js';
import { fixedKeys } from '../testing/fixed-keys.js';
import { reconcileWith } from '../testing/reconcile.js';
import { claimOf, rivalsOf } from './route-claim.js';

const factory = fixedKeys('gate.example.com');

function put(cluster: FakeCluster, namespace: string, uid: string, created = '2030-01-01T00:00:00Z'): void {
  const metadata = { name: 'gs', namespace, uid, generation: 1, creationTimestamp: created };
  cluster.put(types.gateServers, { metadata, spec: { route: 'gate.example.com' } } as KubeObject);
}

/** Changes the spec of one that was reconciled. */
function edit(cluster: FakeCluster, namespace: string, spec: Partial<GateServerSpec>): void {
  const { metadata, ...rest } = cluster.take(types.gateServers, 'gs', namespace) as unknown as GateServer;
  const edited = { ...rest, metadata: { ...metadata, generation: (metadata.generation ?? 0) + 1 } };
  cluster.put(types.gateServers, { ...edited, spec: { ...rest.spec, ...spec } } as KubeObject);
}

/** Namespaces of the Ingresses that carry the host name. */
const carriers = (cluster: FakeCluster) =>
  cluster
    .cache(types.ingresses)
    .list()
    .filter((one) => JSON.stringify(one).includes('"host":"gate.example.com"'))
    .map(({ metadata }) => metadata.namespace);

const reconcile = (cluster: FakeCluster, namespace: string) => reconcileWith(cluster, factory, `${namespace}/gs`);
const ready = (cluster: FakeCluster, namespace: string) => {
  const { status } = cluster.take(types.gateServers, 'gs', namespace) as unknown as GateServer;
  return { phase: status?.phase, ...status?.conditions?.find(({ type }) => type === 'Ready') };
};

it.each([
  ['the older one', '2029-01-01T00:00:00Z', 'z'],
  ['of two of one second that with the lower uid', '2030-01-01T00:00:00Z', 'a'],
])('a host name that two ask for belongs to %s (security row 16)', async (_which, created, uid) => {
  const cluster = new FakeCluster();
  put(cluster, 'secret-project', uid, created);
  put(cluster, 'n', 'b');
  expect(await reconcile(cluster, 'n')).toEqual(['apply gateservers/n/gs/status']);
  expect(ready(cluster, 'n')).toMatchObject({ phase: 'Error', status: 'False', reason: 'RouteTaken' });
  // Whose it is, is not told.
  expect(ready(cluster, 'n').message).toContain('gate.example.com');
  expect(ready(cluster, 'n').message).not.toMatch(/secret|project| gs/);
  expect(await reconcile(cluster, 'secret-project')).toContain('apply ingresses/secret-project/gs');
  cluster.remove(types.gateServers, 'gs', 'secret-project');
  expect(await reconcile(cluster, 'n')).toContain('apply ingresses/n/gs');
});

it('an old one that asks for the name of one that is in use does not get it, until that is gone', async () => {
  const cluster = new FakeCluster();
  put(cluster, 'n', 'b');
  await reconcile(cluster, 'n');
  put(cluster, 'mallory', 'z', '2020-01-01T00:00:00Z');
  expect(await reconcile(cluster, 'mallory')).toEqual(['apply gateservers/mallory/gs/status']);
  expect(ready(cluster, 'mallory').reason).toBe('RouteTaken');
  expect(await reconcile(cluster, 'n')).toEqual([]);
  cluster.remove(types.gateServers, 'gs', 'n');
  expect(await reconcile(cluster, 'mallory')).toContain('apply ingresses/mallory/gs');
});

it('one that runs and asks for a name that is taken is reached no more, and keeps its keys', async () => {
  const cluster = new FakeCluster();
  put(cluster, 'n', 'b');
  await reconcile(cluster, 'n');
  put(cluster, 'other', 'z');
  const { status: _, ...made } = cluster.take(types.gateServers, 'gs') ?? { metadata: {} };
  cluster.put(types.gateServers, { ...made, spec: { route: 'other.example.com' } } as KubeObject);
  await reconcile(cluster, 'other');
  put(cluster, 'n', 'b', '2020-01-01T00:00:00Z');
  expect((await reconcile(cluster, 'n')).sort()).toEqual([
    'apply gateservers/n/gs/status',
    'delete deployments/n/gs',
    'delete ingresses/n/gs',
  ]);
  expect(cluster.take(types.secrets, 'gs-jwt-secret')).toBeDefined();
});

describe('a host name that is let go of is kept by no Ingress (security row 16)', () => {
  it.each<[string, Partial<GateServerSpec>]>([
    ['a web application that is not allowed', { 'web-app': 'https://evil.example.com' }],
    ['an invalid spec', { 'api-url': 'http://10.0.0.1' }],
    ['a field that is not enforced', { 'idle-timeout': '5m' }],
  ])('with %s', async (_what, spec) => {
    const enforced = ENFORCED.gateserver as Set<string>;
    enforced.delete('idle-timeout');
    onTestFinished(() => void enforced.add('idle-timeout'));
    const cluster = new FakeCluster();
    put(cluster, 'mallory', 'a');
    await reconcile(cluster, 'mallory');
    edit(cluster, 'mallory', { route: 'other.example.com', ...spec });
    put(cluster, 'n', 'b');
    // Until its Ingress is gone it holds the name, whatever its spec says.
    expect(await reconcile(cluster, 'n')).toEqual(['apply gateservers/n/gs/status']);
    expect(ready(cluster, 'n').reason).toBe('RouteTaken');
    expect(await reconcile(cluster, 'mallory')).toContain('delete ingresses/mallory/gs');
    expect(await reconcile(cluster, 'n')).toContain('apply ingresses/n/gs');
    expect(carriers(cluster)).toEqual(['n']);
  });

  it.each([
    ['an account of another owner', types.serviceAccounts, 'gs-guest', {}],
    ['a Role of another owner', types.roles, 'gs-guest', { expose: 'none' }],
  ] as const)('with %s', async (_what, type, name, spec) => {
    const cluster = new FakeCluster();
    put(cluster, 'mallory', 'a');
    await reconcile(cluster, 'mallory');
    cluster.put(type, { metadata: { name, namespace: 'mallory' } });
    edit(cluster, 'mallory', { route: 'other.example.com', ...spec });
    expect(await reconcile(cluster, 'mallory')).toContain('delete ingresses/mallory/gs');
    expect(cluster.take(types.gateServers, 'gs', 'mallory')?.['status']).not.toHaveProperty('route');
    put(cluster, 'n', 'b');
    await reconcile(cluster, 'n');
    expect(carriers(cluster)).toEqual(['n']);
  });

  it('with an Ingress that the API server refuses', async () => {
    const cluster = new FakeCluster();
    put(cluster, 'mallory', 'a');
    await reconcile(cluster, 'mallory');
    edit(cluster, 'mallory', { route: 'other.example.com' });
    cluster.faults.set('apply ingresses', new KubeError({ code: 403, reason: 'Forbidden', message: 'no' }));
    await reconcile(cluster, 'mallory');
    expect(carriers(cluster)).toEqual([]);
  });

  it('and is held by one that is in error under it', async () => {
    const cluster = new FakeCluster();
    put(cluster, 'n', 'b');
    await reconcile(cluster, 'n');
    edit(cluster, 'n', { 'api-url': 'http://10.0.0.1' });
    expect(await reconcile(cluster, 'n')).toEqual(['apply gateservers/n/gs/status']);
    cluster.put(types.serviceAccounts, { metadata: { name: 'gs', namespace: 'n' } });
    edit(cluster, 'n', { 'api-url': 'https://api.example.com' });
    await reconcile(cluster, 'n');
    put(cluster, 'mallory', 'a', '2020-01-01T00:00:00Z');
    await reconcile(cluster, 'mallory');
    expect(carriers(cluster)).toEqual(['n']);
  });
});

describe('one that is in error and holds nothing keeps a host name from nobody (security row 16)', () => {
  const OLD = '2020-01-01T00:00:00Z';

  it.each<[string, (cluster: FakeCluster) => void]>([
    ['an invalid spec', (cluster) => edit(cluster, 'mallory', { 'api-url': 'http://10.0.0.1' })],
    ['a web application not allowed', (cluster) => edit(cluster, 'mallory', { 'web-app': 'https://evil.example.com' })],
    [
      'an account of another owner',
      (cluster) => cluster.put(types.serviceAccounts, { metadata: { name: 'gs', namespace: 'mallory' } }),
    ],
  ])('with %s', async (_what, spoil) => {
    const cluster = new FakeCluster();
    put(cluster, 'mallory', 'a', OLD);
    spoil(cluster);
    put(cluster, 'n', 'b');
    // Nobody has looked at the old one yet.
    await reconcile(cluster, 'n');
    expect(ready(cluster, 'n').reason).toBe('RouteTaken');
    await reconcile(cluster, 'mallory');
    expect(ready(cluster, 'mallory').phase).toBe('Error');
    expect(await reconcile(cluster, 'n')).toContain('apply ingresses/n/gs');
    edit(cluster, 'mallory', { 'api-url': 'https://api.example.com', 'web-app': 'https://evil.example.com' });
    await reconcile(cluster, 'mallory');
    expect(carriers(cluster)).toEqual(['n']);
  });

  it('but one that waits for the name keeps its turn, and so does one whose spec has changed', async () => {
    const cluster = new FakeCluster();
    put(cluster, 'n', 'b');
    await reconcile(cluster, 'n');
    put(cluster, 'first', 'a', OLD);
    await reconcile(cluster, 'first');
    put(cluster, 'second', 'c', '2025-01-01T00:00:00Z');
    cluster.remove(types.gateServers, 'gs', 'n');
    expect(await reconcile(cluster, 'second')).toEqual(['apply gateservers/second/gs/status']);
    const waits = claimOf(cluster.take(types.gateServers, 'gs', 'first') as unknown as GateServer);
    edit(cluster, 'first', { 'api-url': 'http://10.0.0.1' });
    await reconcile(cluster, 'first');
    const server = () => cluster.take(types.gateServers, 'gs', 'first') as unknown as GateServer;
    expect(claimOf(server())).not.toBe(waits);
    edit(cluster, 'first', { 'api-url': 'https://api.example.com' });
    expect(claimOf(server())).toBe(waits);
    expect(await reconcile(cluster, 'second')).toEqual([]);
  });
});

describe('the host of a public URL', () => {
  const OLD = '2020-01-01T00:00:00Z';
  const ELSEWHERE = { route: 'other.example.com' };

  it('may not be the host name of another GateServer, whichever port it has and whoever is older', async () => {
    const cluster = new FakeCluster();
    put(cluster, 'n', 'b');
    await reconcile(cluster, 'n');
    put(cluster, 'mallory', 'a', OLD);
    const urls = ['https://other.example.com', 'https://GATE.example.com:8443'];
    edit(cluster, 'mallory', { ...ELSEWHERE, 'public-urls': urls });
    expect(await reconcile(cluster, 'mallory')).toEqual(['apply gateservers/mallory/gs/status']);
    expect(ready(cluster, 'mallory')).toMatchObject({ phase: 'Error', reason: 'RouteTaken' });
    expect(ready(cluster, 'mallory').message).toMatch(
      /^spec\.public-urls: the host name gate\.example\.com belongs to/,
    );
    expect(await reconcile(cluster, 'n')).toEqual([]);
    edit(cluster, 'mallory', { 'public-urls': ['https://other.example.com'] });
    expect(await reconcile(cluster, 'mallory')).toContain('apply ingresses/mallory/gs');
  });

  it('is kept by the gateway that serves it, also from an older one that asks for it', async () => {
    const cluster = new FakeCluster();
    put(cluster, 'n', 'b');
    edit(cluster, 'n', { ...ELSEWHERE, 'public-urls': ['https://gate.example.com'] });
    await reconcile(cluster, 'n');
    put(cluster, 'mallory', 'a', OLD);
    await reconcile(cluster, 'mallory');
    expect(ready(cluster, 'mallory').message).toMatch(/^spec\.route: the host name gate\.example\.com belongs to/);
    expect(await reconcile(cluster, 'n')).toEqual([]);
  });

  it('may be shared by gateways that have different ports of it', async () => {
    const cluster = new FakeCluster();
    for (const [namespace, port] of [
      ['n', 30_001],
      ['m', 30_002],
    ] as const) {
      put(cluster, namespace, namespace);
      const urls = [`https://node.example.com:${port}`, `http://localhost:${port}`];
      edit(cluster, namespace, { route: `${namespace}.example.com`, 'public-urls': urls });
      expect(await reconcile(cluster, namespace)).toContain(`apply ingresses/${namespace}/gs`);
    }
  });
});

it('looks again at every GateServer that asks for the same name, before and after a change', () => {
  const server = (uid: string, route: string) => ({ metadata: { uid }, spec: { route } }) as GateServer;
  const all = [server('a', 'x.y.z'), server('b', 'x.y.z'), server('c', 'u.v.w'), server('d', 'other.v.w')];
  const uids = (servers: GateServer[]) => servers.map(({ metadata }) => metadata.uid);
  expect(uids(rivalsOf(server('a', 'x.y.z'), all))).toEqual(['b']);
  expect(uids(rivalsOf(server('a', 'u.v.w'), all, server('a', 'x.y.z')))).toEqual(['b', 'c']);
  const named = { metadata: { uid: 'f' }, spec: { route: 'f', 'public-urls': ['https://u.v.w'] } } as GateServer;
  expect(uids(rivalsOf(named, all))).toEqual(['c']);
  expect(uids(rivalsOf(server('c', 'u.v.w'), [...all, named]))).toEqual(['f']);
  const moved = { ...server('e', 'other.v.w'), status: { route: 'x.y.z' } } as GateServer;
  expect(uids(rivalsOf(server('e', 'other.v.w'), all, moved))).toEqual(['a', 'b', 'd']);
  expect(claimOf(moved)).not.toBe(claimOf(server('e', 'other.v.w')));
});
