import { beforeEach, describe, expect, it } from 'vitest';
import { type GateServer } from '#libs/api';
import { KubeError, type KubeObject, types } from '#libs/kube';
import { KeyFactory } from '../keys/key-factory.js';
import { FakeCluster } from '../testing/fake-cluster.js';
import { reconcileWith } from '../testing/reconcile.js';
import { webAppFault } from './check.js';

const server = (url?: string): GateServer =>
  ({
    metadata: { name: 'gs' },
    spec: { route: 'a.b.c', ...(url === undefined ? {} : { 'web-app': url }) },
  }) as GateServer;

it.each([
  ['http://169.254.169.254/latest/meta-data', []],
  ['http://127.0.0.1:9090/metrics', ['app.example.com']],
  ['http://[::1]:9090', ['app.example.com']],
  ['http://2130706433/', ['app.example.com', '127.0.0.1.example.com']],
  ['https://app.example.com.evil.org', ['app.example.com', '*.example.com']],
  ['https://evilexample.com', ['*.example.com']],
  ['https://example.com', ['*.example.com']],
  ['https://app.example.com@evil.org/', ['app.example.com']],
])('%s is not fetched where %j are allowed (security row 16)', (url, allowed) => {
  const fault = webAppFault(server(url), allowed);
  expect(fault?.reason).toBe('HostNotAllowed');
  expect(fault?.message).toMatch(/^spec\.web-app: the host \S+ is not allowed .* WEB_APP_HOSTS\.$/);
});

it.each([
  ['https://app.example.com/x', ['app.example.com']],
  ['http://shop.apps.svc:8080', ['a.b.c', '*.apps.svc']],
  ['https://APP.example.com', ['app.example.com']],
  ['http://anything', ['*']],
  [undefined, []],
])('%s is, where %j are', (url, allowed) => {
  expect(webAppFault(server(url), allowed)).toBeUndefined();
});

it('nothing is made of a GateServer whose web application is not allowed, by default none is', async () => {
  const cluster = new FakeCluster();
  const metadata = { name: 'gs', namespace: 'n', uid: 'u' };
  cluster.put(types.gateServers, { metadata, spec: server('http://10.0.0.1').spec } as KubeObject);
  expect(await reconcileWith(cluster, new KeyFactory(), 'n/gs')).toEqual(['apply gateservers/n/gs/status']);
  const { status } = cluster.take(types.gateServers, 'gs') as unknown as GateServer;
  expect(status?.phase).toBe('Error');
});

describe('a gateway that was made of a host that is allowed no more ends (security row 16)', () => {
  const cluster = new FakeCluster();
  const put = (spec: object) =>
    cluster.put(types.gateServers, {
      metadata: { name: 'gs', namespace: 'n', uid: 'u' },
      spec: { ...server().spec, ...spec },
      status: cluster.take(types.gateServers, 'gs')?.['status'],
    } as KubeObject);
  const reconcile = (hosts: string[] = []) => reconcileWith(cluster, new KeyFactory(), 'n/gs', hosts);
  const URL = 'http://10.0.0.1';
  beforeEach(async () => {
    put({ 'web-app': URL });
    expect(await reconcile(['10.0.0.1'])).toContain('apply deployments/n/gs');
  });

  it.each<[string, object]>([
    ['as it is', { 'web-app': URL }],
    ['whatever else is wrong', { 'web-app': URL, 'api-url': 'http://10.0.0.1' }],
    ['though its spec names it no more', { 'api-url': 'http://10.0.0.1' }],
  ])('%s', async (_what, spec) => {
    put(spec);
    expect(await reconcile()).toContain('delete deployments/n/gs');
    expect(await reconcile()).toEqual([]);
  });

  it('though nothing can be made in its place', async () => {
    put({});
    cluster.faults.set('apply secrets', new KubeError({ code: 403, reason: 'Forbidden', message: 'quota' }));
    cluster.remove(types.secrets, 'gs-session');
    expect(await reconcile()).toContain('delete deployments/n/gs');
    expect(cluster.take(types.deployments, 'gs')).toBeUndefined();
    expect(await reconcile()).toContain('apply deployments/n/gs');
  });

  it('but goes on when only its spec asks for such a one', async () => {
    put({ 'web-app': 'http://10.0.0.2' });
    expect(await reconcile(['10.0.0.1'])).toEqual(['apply gateservers/n/gs/status']);
  });
});
