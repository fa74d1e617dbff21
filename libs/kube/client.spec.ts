import { afterEach, describe, expect, it } from 'vitest';
import { KubeClient, OwnClient, UserClient } from './client.js';
import { GarbageError, KubeError, NetworkError } from './errors.js';
import { kubeconfigOf } from './kubeconfig.js';
import { pathOf, types } from './resources.js';
import { json, TestServer } from './testing/server.js';
import { Upstream } from './upstream.js';

describe('KubeClient', () => {
  let server: TestServer;
  afterEach(() => server?.close());

  it('sends server-side apply with its content type, manager and kind', async () => {
    server = await TestServer.start((_req, res, body) => json(res, JSON.parse(body)), 'own-token');
    const client = new KubeClient(server.upstream);
    const metadata = { name: 'a', namespace: 'n' };
    const answer = await client.apply(types.deployments, { metadata }, { fieldManager: 'm', force: true });
    expect(answer).toEqual({ apiVersion: 'apps/v1', kind: 'Deployment', metadata });
    const [request] = server.requests;
    expect(request?.method).toBe('PATCH');
    expect(request?.url.pathname).toBe('/apis/apps/v1/namespaces/n/deployments/a');
    expect(Object.fromEntries(request?.url.searchParams ?? [])).toEqual({ fieldManager: 'm', force: 'true' });
    expect(request?.headers['content-type']).toBe('application/apply-patch+yaml');
    expect(request?.headers.authorization).toBe('Bearer own-token');
    expect(request?.headers.accept).toBe('application/json, */*;q=0.8');
  });

  it.each<[string, (client: KubeClient) => Promise<unknown>]>([
    ['GET', (client) => client.get(types.pods, 'p', 'n')],
    ['POST', (client) => client.create(types.pods, { metadata: { namespace: 'n' } })],
    ['PATCH', (client) => client.patch(types.pods, 'p', 'n', {}, 'merge')],
    ['DELETE', (client) => client.delete(types.pods, 'p', 'n', { uid: 'u' })],
  ])('keeps connections for requests that follow each other: %s', async (_, ask) => {
    const ports = new Set<number | undefined>();
    server = await TestServer.start((req, res) => {
      ports.add(req.socket.remotePort);
      json(res, { metadata: {} });
    });
    const client = new KubeClient(server.upstream);
    for (let i = 0; i < 20; i++) await ask(client);
    // The second request may start in the very turn in which the first one's connection becomes free.
    expect(ports.size).toBeLessThanOrEqual(2);
  });

  it('sends and returns JSON as it is: no field lost, no time turned into a Date, no name in lower case', async () => {
    server = await TestServer.start((_req, res, body) => json(res, JSON.parse(body)));
    const client = new KubeClient(server.upstream);
    const metadata = { name: 'A', namespace: 'n', creationTimestamp: '2026-01-01T00:00:00Z' };
    const policy = { metadata, spec: { ingress: [{ from: [{ podSelector: {} }] }], 'not-yet-known': 1 } };
    const answer = await client.replace(types.networkPolicies, policy);
    expect(answer).toEqual({ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', ...policy });
    expect(server.requests[0]?.url.pathname).toBe('/apis/networking.k8s.io/v1/namespaces/n/networkpolicies/A');
  });

  it('deletes what it was shown, and nothing that took its name since', async () => {
    server = await TestServer.start((_req, res) => json(res, { kind: 'Status', status: 'Success' }));
    await new KubeClient(server.upstream).delete(types.pods, 'p', 'n', { uid: 'u', gracePeriodSeconds: 0 });
    const [request] = server.requests;
    expect([request?.method, request?.url.pathname]).toEqual(['DELETE', '/api/v1/namespaces/n/pods/p']);
    expect(JSON.parse(request?.body ?? '')).toMatchObject({ preconditions: { uid: 'u' }, gracePeriodSeconds: 0 });
  });

  it('never shows its own credential in the name of a user', async () => {
    server = await TestServer.start((_req, res) => json(res, { metadata: {} }), 'own-token');
    await new UserClient(server.upstream, () => 'theirs').get(types.pods, 'p', 'n');
    await new UserClient(server.upstream, () => undefined).get(types.pods, 'p', 'n');
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer theirs', undefined]);
  });

  it.each([
    [{ kind: 'Status', code: 409, reason: 'Conflict', message: 'newer' }, 409, 'Conflict', 'newer'],
    ['plain text of a backend', 500, 'InternalError', '"plain text of a backend"'],
  ])('turns %j into a KubeError', async (body, code, reason, message) => {
    server = await TestServer.start((_req, res) => json(res, body, code));
    const error = await new KubeClient(server.upstream).get(types.pods, 'p', 'n').catch((e: unknown) => e);
    expect(error).toBeInstanceOf(KubeError);
    expect(error).toMatchObject({ code, reason, message });
  });

  it('reads Retry-After', async () => {
    server = await TestServer.start((_req, res) => res.writeHead(429, { 'retry-after': '7' }).end());
    const error = await new KubeClient(server.upstream).get(types.pods, 'p', 'n').catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 429, retryAfterMs: 7000 });
  });

  it('tells garbage and silence apart', async () => {
    server = await TestServer.start((req, res) => (req.method === 'GET' ? res.end('<html>') : res.destroy()));
    const client = new KubeClient(server.upstream);
    await expect(client.get(types.pods, 'p', 'n')).rejects.toBeInstanceOf(GarbageError);
    await expect(client.create(types.pods, { metadata: { namespace: 'n' } })).rejects.toBeInstanceOf(NetworkError);
  });

  it('tries a GET once more on a connection that was closed under it', async () => {
    let first = true;
    server = await TestServer.start((_req, res) => {
      if (first) res.socket?.destroy();
      else json(res, { metadata: { name: 'p' } });
      first = false;
    });
    await expect(new KubeClient(server.upstream).get(types.pods, 'p', 'n')).resolves.toMatchObject({
      metadata: { name: 'p' },
    });
  });
});

describe('requests that the package has no call for', () => {
  let server: TestServer;
  afterEach(() => server?.close());

  it('are accepted by routes of virt-api that declare no representation', async () => {
    server = await TestServer.start((_req, res) => json(res, {}));
    const path = '/apis/subresources.kubevirt.io/v1/namespaces/n/virtualmachines/v/start';
    const response = await new OwnClient(server.upstream).request('PUT', path, { body: {}, query: { dryRun: 'All' } });
    await response.body.dump();
    const [request] = server.requests;
    expect([request?.url.pathname, request?.url.search, request?.body]).toEqual([path, '?dryRun=All', '{}']);
    expect(request?.headers.accept).toBe('application/json, */*');
  });

  it.each([
    ...['/a/../b', '/a/%2e%2E/b', '/a/./b', '/a/..', '/a/..?x=1'],
    ...['/a/..\\b', '/a/.\t./b', '/a\n/b', '/a/b ', '/a#b', 'a', '@127.0.0.1:1/a', '//127.0.0.1:1/a'],
  ])('refuse %j', async (path) => {
    server = await TestServer.start((_req, res) => json(res, {}));
    await expect(new OwnClient(server.upstream).request('GET', path)).rejects.toBeInstanceOf(TypeError);
    expect(server.requests).toEqual([]);
  });
});

describe('paths', () => {
  it.each(['', '.', '..'])('refuse %j as a name', (name) => {
    expect(() => pathOf(types.pods, 'n', name)).toThrow(TypeError);
  });

  it('encode what would change them', () => {
    expect(pathOf(types.pods, 'n', 'a/../b?x')).toBe('/api/v1/namespaces/n/pods/a%2F..%2Fb%3Fx');
    expect(pathOf(types.gateTokens)).toBe('/apis/kubegateway.kubevirt.io/v1beta1/gatetokens');
  });
});

describe('Upstream', () => {
  it('refuses plain http to other machines', () => {
    expect(() => new Upstream(kubeconfigOf({ server: 'http://10.0.0.1' }))).toThrow('only on loopback');
  });
});
