import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, applyYaml, configMap, MAPS, TestServer } from '../server.fixture.js';

const RBAC = '/apis/rbac.authorization.k8s.io/v1';

describe('who may do what', () => {
  let server: TestServer;
  const clock = { now: new Date() };

  beforeAll(async () => {
    server = await TestServer.start({ now: () => clock.now });
  });

  afterAll(() => server.stop());

  const role = (name: string, ...rules: object[]): object => ({ metadata: { name }, rules });
  const bind = (name: string, kind: string, subjects: object[], roleName = name): object => ({
    metadata: { name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name: roleName },
    subjects,
  });
  const dev = { kind: 'User', name: 'dev', apiGroup: 'rbac.authorization.k8s.io' };

  it('knows nobody without a credential and refuses a bad one', async () => {
    expect(await server.get(MAPS, { token: '' })).toMatchObject({
      code: 403,
      message:
        'configmaps is forbidden: User "system:anonymous" cannot list resource "configmaps" in API group "" in the namespace "default"',
    });
    expect(await server.get(MAPS, { token: 'nonsense' })).toMatchObject({
      code: 401,
      reason: 'Unauthorized',
      message: 'Unauthorized',
    });
    expect((await server.raw('GET', '/readyz', undefined, { token: '' })).body).toBe('ok');
    expect((await server.raw('GET', '/version', undefined, { token: '' })).code).toBe(200);
    expect(await server.get('/apis', { token: '' })).toMatchObject({
      code: 403,
      message: 'forbidden: User "system:anonymous" cannot get path "/apis"',
    });
  });

  it('words refusals as Kubernetes does', async () => {
    const messages = [
      [
        'GET',
        '/api/v1/nodes',
        'nodes is forbidden: User "dev" cannot list resource "nodes" in API group "" at the cluster scope',
      ],
      [
        'GET',
        '/apis/apps/v1/namespaces/n/deployments/x/scale',
        'deployments.apps "x" is forbidden: User "dev" cannot get resource "deployments/scale" in API group "apps" in the namespace "n"',
      ],
    ] as const;
    for (const [method, path, message] of messages) {
      expect((await server.ask(method, path, undefined, { token: 'dev' })).message).toBe(message);
    }
  });

  it('grants by role and binding, at once', async () => {
    await server.post(
      `${RBAC}/namespaces/default/roles`,
      role('maps', { apiGroups: [''], resources: ['configmaps'], resourceNames: ['mine'], verbs: ['get', 'update'] }),
    );
    await server.post(`${RBAC}/namespaces/default/rolebindings`, bind('maps', 'Role', [dev]));
    await server.post(MAPS, configMap('mine'));
    await server.post(MAPS, configMap('other'));
    const asDev = { token: 'dev' };
    expect((await server.get(`${MAPS}/mine`, asDev)).kind).toBe('ConfigMap');
    expect((await server.get(`${MAPS}/other`, asDev)).code).toBe(403);
    expect((await server.get(MAPS, asDev)).code).toBe(403);
    const review = (verb: string, name: string): object => ({
      spec: { resourceAttributes: { verb, resource: 'configmaps', namespace: 'default', name } },
    });
    const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
    expect((await server.post(path, review('get', 'mine'), asDev)).status).toMatchObject({ allowed: true });
    expect((await server.post(path, review('get', 'other'), asDev)).status).toMatchObject({ allowed: false });
    const other = { spec: { ...(review('get', 'mine') as { spec: object }).spec, user: 'dev' } };
    const subject = '/apis/authorization.k8s.io/v1/subjectaccessreviews';
    expect((await server.post(subject, other)).status).toMatchObject({ allowed: true });
    expect((await server.post(subject, other, asDev)).code).toBe(403);
  });

  it('lets nobody grant more than they have', async () => {
    await server.post(
      `${RBAC}/namespaces/default/roles`,
      role('grants', {
        apiGroups: ['rbac.authorization.k8s.io'],
        resources: ['roles', 'rolebindings'],
        verbs: ['create', 'update'],
      }),
    );
    await server.post(`${RBAC}/namespaces/default/rolebindings`, bind('grants', 'Role', [dev]));
    const asDev = { token: 'dev' };
    const more = role('more', { apiGroups: [''], resources: ['secrets'], verbs: ['get'] });
    expect(await server.post(`${RBAC}/namespaces/default/roles`, more, asDev)).toMatchObject({
      code: 403,
      message:
        'roles.rbac.authorization.k8s.io "more" is forbidden: user "dev" (groups=["devs" "system:authenticated"]) is ' +
        'attempting to grant RBAC permissions not currently held:\nget secrets',
    });
    const held = role('held', { apiGroups: [''], resources: ['configmaps'], resourceNames: ['mine'], verbs: ['get'] });
    expect((await server.post(`${RBAC}/namespaces/default/roles`, held, asDev)).kind).toBe('Role');
    const bindings = `${RBAC}/namespaces/default/rolebindings`;
    expect((await server.post(bindings, bind('up', 'ClusterRole', [dev], 'cluster-admin'), asDev)).code).toBe(403);
    expect((await server.post(bindings, bind('same', 'Role', [dev], 'held'), asDev)).kind).toBe('RoleBinding');
    await server.post(
      `${RBAC}/namespaces/default/roles`,
      role('binder', {
        apiGroups: ['rbac.authorization.k8s.io'],
        resources: ['clusterroles'],
        resourceNames: ['view'],
        verbs: ['bind'],
      }),
    );
    await server.post(bindings, bind('binder', 'Role', [dev]));
    expect((await server.post(bindings, bind('viewer', 'ClusterRole', [dev], 'view'), asDev)).kind).toBe('RoleBinding');
  });

  it('makes nothing by an apply without the right to create', async () => {
    const rule = { apiGroups: [''], resources: ['configmaps'] };
    await server.post(`${RBAC}/namespaces/default/roles`, role('writer', { ...rule, verbs: ['patch', 'update'] }));
    await server.post(`${RBAC}/namespaces/default/rolebindings`, bind('writer', 'Role', [dev]));
    const applied = { apiVersion: 'v1', ...configMap('applied') };
    const apply = (token: string, query = ''): Promise<Answer> =>
      server.ask('PATCH', `${MAPS}/applied?fieldManager=d${query}`, applied, { token, type: applyYaml });
    const refused = {
      code: 403,
      message:
        'configmaps "applied" is forbidden: User "dev" cannot create resource "configmaps" in API group "" in the namespace "default"',
    };
    expect(await apply('dev')).toMatchObject(refused);
    expect(await apply('dev', '&dryRun=All')).toMatchObject(refused);
    expect((await server.get(`${MAPS}/applied`)).code).toBe(404);
    expect((await apply('admin')).kind).toBe('ConfigMap');
    expect((await apply('dev')).kind).toBe('ConfigMap');
  });

  it('gathers aggregated roles', async () => {
    const labels = { 'rbac.authorization.k8s.io/aggregate-to-view': 'true' };
    const rule = { apiGroups: ['example.org'], resources: ['things'], verbs: ['list'] };
    await server.post(`${RBAC}/clusterroles`, { metadata: { name: 'things-view', labels }, rules: [rule] });
    for (const name of ['view', 'edit', 'admin']) {
      expect((await server.get(`${RBAC}/clusterroles/${name}`))['rules']).toContainEqual(rule);
    }
    await server.delete(`${RBAC}/clusterroles/things-view`);
    expect((await server.get(`${RBAC}/clusterroles/admin`))['rules']).not.toContainEqual(rule);
  });

  it('lets act as others only with the right to', async () => {
    const headers = { 'impersonate-user': 'dev' };
    expect((await server.get('/api/v1/nodes', { headers })).code).toBe(403);
    expect((await server.get(`${MAPS}/mine`, { headers })).kind).toBe('ConfigMap');
    expect(await server.get(`${MAPS}/mine`, { headers, token: 'helper' })).toMatchObject({
      code: 403,
      message:
        'users "dev" is forbidden: User "helper" cannot impersonate resource "users" in API group "" at the cluster scope',
    });
    const who = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
    const review = await server.post(who, {}, { headers: { ...headers, 'impersonate-group': 'friends' } });
    expect(review.status?.['userInfo']).toMatchObject({
      username: 'dev',
      groups: ['friends', 'system:authenticated'],
    });
  });

  it('issues tokens for accounts that end with time, account and pod', async () => {
    const accounts = '/api/v1/namespaces/default/serviceaccounts';
    await server.post(accounts, { metadata: { name: 'robot' } });
    const request = async (spec: object): Promise<string> =>
      ((await server.post(`${accounts}/robot/token`, { spec })).status as { token: string }).token;
    const token = await request({ expirationSeconds: 600 });
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<
      string,
      unknown
    >;
    expect(claims).toMatchObject({
      sub: 'system:serviceaccount:default:robot',
      'kubernetes.io': { namespace: 'default', serviceaccount: { name: 'robot' } },
    });
    const who = async (bearer: string): Promise<unknown> =>
      (await server.post('/apis/authentication.k8s.io/v1/selfsubjectreviews', {}, { token: bearer })).status?.[
        'userInfo'
      ];
    expect(await who(token)).toMatchObject({
      username: 'system:serviceaccount:default:robot',
      groups: ['system:serviceaccounts', 'system:serviceaccounts:default', 'system:authenticated'],
    });
    expect(await who(await request({ audiences: ['other'] }))).toBeUndefined();
    const [head, body, signature = ''] = token.split('.');
    expect(await who(`${head}.${body}.${signature.replace(/^./, (c) => (c === 'A' ? 'B' : 'A'))}`)).toBeUndefined();
    expect((await server.post(`${accounts}/robot/token`, { spec: { expirationSeconds: 60 } })).code).toBe(422);

    const pods = '/api/v1/namespaces/default/pods';
    const spec = { serviceAccountName: 'robot', containers: [{ name: 'c', image: 'x' }] };
    await server.post(pods, { metadata: { name: 'p' }, spec });
    const bound = await request({ boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: 'p' } });
    expect(await who(bound)).toMatchObject({ extra: { 'authentication.kubernetes.io/pod-name': ['p'] } });
    await server.delete(`${pods}/p`);
    expect(await who(bound)).toBeUndefined();

    clock.now = new Date(Date.now() + 601_000);
    expect(await who(token)).toBeUndefined();
    clock.now = new Date();
    expect(await who(token)).toBeDefined();
    await server.delete(`${accounts}/robot`);
    await server.post(accounts, { metadata: { name: 'robot' } });
    expect(await who(token)).toBeUndefined();
  });

  it('reviews tokens for others', async () => {
    const review = async (spec: object): Promise<unknown> =>
      (await server.post('/apis/authentication.k8s.io/v1/tokenreviews', { spec })).status;
    expect(await review({ token: 'dev' })).toMatchObject({
      authenticated: true,
      user: { username: 'dev', uid: '2', groups: ['devs', 'system:authenticated'] },
    });
    expect(await review({ token: 'nobody' })).not.toHaveProperty('authenticated');
  });

  it('reads its token file again when it changed', async () => {
    writeFileSync(
      join(server.data, 'tokens.csv'),
      'admin,admin,1,"system:masters"\nfresh,newcomer,9,"a,b"\ndev,dev,2,"devs"\n',
    );
    const who = await server.post('/apis/authentication.k8s.io/v1/selfsubjectreviews', {}, { token: 'fresh' });
    expect(who.status?.['userInfo']).toMatchObject({
      username: 'newcomer',
      uid: '9',
      groups: ['a', 'b', 'system:authenticated'],
    });
  });
});
