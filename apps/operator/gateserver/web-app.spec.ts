import { expect, it } from 'vitest';
import { type GateServer } from '#libs/api';
import { type KubeObject, types } from '#libs/kube';
import { readConfig } from '../config.js';
import { FACTORY } from '../factory.js';
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
  expect(fault?.message).toMatch(/^spec\.web-app: the host \S+ is not among those .* WEB_APP_HOSTS\.$/);
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
  expect(await reconcileWith(cluster, FACTORY, 'n/gs')).toEqual(['apply gateservers/n/gs/status']);
  const { status } = cluster.take(types.gateServers, 'gs') as unknown as GateServer;
  expect(status?.phase).toBe('Error');
  const env = { KUBECONFIG: 'f', GATEWAY_IMAGE: 'i' };
  expect(readConfig(env).webAppHosts).toEqual([]);
  expect(readConfig({ ...env, WEB_APP_HOSTS: 'a.b, *.c.d' }).webAppHosts).toEqual(['a.b', '*.c.d']);
  expect(() => readConfig({ ...env, WEB_APP_HOSTS: 'https://a.b' })).toThrow('WEB_APP_HOSTS');
});
