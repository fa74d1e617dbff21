import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { API_VERSION, type GateToken, type GateTokenSpec } from '#libs/api';
import { types } from '#libs/kube';
import { decide, parseGrant, parseRequest } from '#libs/policy';
import { FakeCluster } from '../testing/fake-cluster.js';
import { Rbac, type RbacRule } from '../testing/rbac.js';
import { TokenJudge } from './judge-gatetoken.js';
import { type AdmissionRequest, type UserInfo } from './review.js';
import { Reviewer } from './reviewer.js';

const PROD = '/api/v1/namespaces/prod';
const VMIS = '/apis/subresources.kubevirt.io/v1/namespaces/prod/virtualmachineinstances';
const resource = types.gateTokens;
const DEV = { username: 'dev', uid: '7', groups: ['people', 'system:authenticated'], extra: { scopes: ['a'] } };
const GUEST = 'system:serviceaccount:prod:gs-guest';

function request(spec: GateTokenSpec, other: Partial<AdmissionRequest<GateToken>> = {}): AdmissionRequest<GateToken> {
  const metadata = { name: 't', namespace: 'prod' };
  const object: GateToken = { apiVersion: API_VERSION, kind: 'GateToken', metadata, spec };
  return { uid: 'u', operation: 'CREATE', namespace: 'prod', userInfo: DEV, object, resource, ...other };
}

function judgeOf(rbac: Rbac, cluster = new FakeCluster()): TokenJudge {
  const watches = { gateServers: cluster.cache(types.gateServers), secrets: cluster.metadata(types.secrets) };
  return new TokenJudge(watches as never, new Reviewer(rbac.client), { now: () => 0 });
}

/** The refusal of a user with these rights in namespace prod; `allowed` where there is none. */
async function asked(rules: RbacRule[], spec: GateTokenSpec): Promise<string> {
  const verdict = await judgeOf(new Rbac().bind('dev', 'prod', ...rules)).validate(request(spec));
  return verdict.allowed ? 'allowed' : verdict.message;
}

const core = (verbs: string, resources: string, ...resourceNames: string[]): RbacRule => ({
  verbs: verbs.split(','),
  apiGroups: [''],
  resources: resources.split(','),
  ...(resourceNames.length > 0 && { resourceNames }),
});
const consoles = (resources: string, ...names: string[]): RbacRule => ({
  ...core('get', resources, ...names),
  apiGroups: ['subresources.kubevirt.io'],
});
const VNC_OF_A = consoles('virtualmachineinstances/vnc', 'a');
const ALL: RbacRule = { verbs: ['*'], apiGroups: ['*'], resources: ['*'] };

describe('security row 13: a link never gives more than its issuer has', () => {
  it.each<[string, RbacRule[], GateTokenSpec, string]>([
    ['VM a', [VNC_OF_A], { urls: [`${VMIS}/a/vnc`] }, 'allowed'],
    ['VM a in an old version', [VNC_OF_A], { urls: [`${VMIS.replace('/v1/', '/v1alpha3/')}/a/vnc`] }, 'allowed'],
    ['VM a by HEAD', [VNC_OF_A], { urls: [`${VMIS}/a/vnc`], verbs: ['head'] }, 'allowed'],
    ['its serial console too', [VNC_OF_A], { vm: 'a' }, 'get virtualmachineinstances/console in namespace prod'],
    ['another VM', [VNC_OF_A], { vm: 'b' }, 'get virtualmachineinstances/vnc in namespace prod (name: b)'],
    ['a and another', [VNC_OF_A], { urls: [`${VMIS}/a/vnc`, `${VMIS}/b/vnc`] }, '(name: b)'],
    [
      'all that begin with a',
      [VNC_OF_A],
      { urls: [`${VMIS}/a*`] },
      'virtualmachineinstances.subresources.kubevirt.io in',
    ],
    ['all of a', [VNC_OF_A], { urls: [`${VMIS}/a/*`] }, 'get virtualmachineinstances/* in namespace prod'],
    ['all below the vnc of a', [VNC_OF_A], { urls: [`${VMIS}/a/vnc/*`] }, 'virtualmachineinstances/vnc/* in'],
    ['its screenshot', [VNC_OF_A], { urls: [`${VMIS}/a/vnc/screenshot`] }, 'vnc/screenshot in namespace prod'],
    ['everything', [VNC_OF_A], { urls: ['*'] }, 'get all resources of every API group in all namespaces'],
    ['all APIs', [VNC_OF_A], { urls: ['/apis*'] }, 'get all resources of every API group in all namespaces'],
    [
      'an API group',
      [VNC_OF_A],
      { urls: ['/apis/kubevirt.io/*'] },
      'get all resources of API group kubevirt.io in all',
    ],
    ['everything of the namespace', [ALL], { urls: ['/api/v1/namespaces/prod/*'] }, 'allowed'],
    ['everything', [ALL], { urls: ['*'] }, 'get all resources of every API group in all namespaces'],
    ['another namespace', [ALL], { urls: ['/api/v1/namespaces/dev/pods'] }, 'list pods in namespace dev'],
    ['this and other namespaces', [ALL], { urls: ['/api/v1/namespaces/prod*'] }, 'get all resources in all namespaces'],
    ['all namespaces', [ALL], { urls: ['/api/v1/pods'] }, 'list pods in all namespaces'],
    ['nodes', [ALL], { urls: ['/api/v1/nodes/n'] }, 'get nodes in all namespaces (name: n)'],
    ['a path', [ALL], { urls: ['/metrics'] }, 'get /metrics'],
    ['a list, of who may get', [core('get', 'pods')], { urls: [`${PROD}/pods`] }, 'list pods in namespace prod'],
    ['its watch, of who may list', [core('get,list', 'pods')], { urls: [`${PROD}/pods`] }, 'watch pods in namespace'],
    ['a list by HEAD', [core('get', 'pods')], { urls: [`${PROD}/pods`], verbs: ['HEAD'] }, 'list pods in namespace'],
    [
      'a watch by its old path',
      [core('get,list', 'pods')],
      { urls: [`/api/v1/watch/namespaces/prod/pods`] },
      'watch pods',
    ],
    ['old watches', [core('get,list', 'pods')], { urls: [`/api/v1/watch/*`] }, 'watch all resources in all namespaces'],
    ['to delete all', [core('delete', 'pods')], { urls: [`${PROD}/pods`], verbs: ['delete'] }, 'deletecollection pods'],
    ['to delete one', [core('delete', 'pods', 'a')], { urls: [`${PROD}/pods/b`], verbs: ['delete'] }, 'delete pods in'],
    [
      'to create',
      [core('update', 'pods')],
      { urls: [`${PROD}/pods`], verbs: ['post'] },
      'create pods in namespace prod',
    ],
    [
      'to PUT, which may create',
      [core('update', 'pods')],
      { urls: [`${PROD}/pods/a`], verbs: ['put'] },
      'create pods in',
    ],
    ['to PATCH', [core('patch', 'pods')], { urls: [`${PROD}/pods/a`], verbs: ['patch'] }, 'create pods in namespace'],
    [
      'to POST a subresource',
      [core('get', 'pods/exec')],
      { urls: [`${PROD}/pods/a/exec`], verbs: ['post'] },
      'create pods/exec',
    ],
    [
      'a subresource',
      [core('get', 'pods')],
      { urls: [`${PROD}/pods/a/log`] },
      'get pods/log in namespace prod (name: a)',
    ],
    ['the object of a subresource', [core('get', 'pods/log')], { urls: [`${PROD}/pods/a`] }, 'get pods in namespace'],
    [
      'another group',
      [core('get', 'events')],
      { urls: ['/apis/events.k8s.io/v1/namespaces/prod/events/e'] },
      'get events',
    ],
    [
      'one verb of two',
      [core('get', 'pods')],
      { urls: [`${PROD}/pods/a`], verbs: ['get', 'delete'] },
      'delete pods in',
    ],
  ])('%s', async (_what, rules, spec, expected) => {
    const said = await asked(rules, spec);
    if (expected === 'allowed') expect(said).toBe(expected);
    else expect(said).toMatch(/^user dev cannot .*: a link cannot give more than its issuer has\./);
    expect(said).toContain(expected);
  });

  it.each<[string, RbacRule, string]>([
    ['pods/*', core('get', 'pods/*'), `${PROD}/pods/a/*`],
    ['*/*', core('get', '*/*'), `${PROD}/pods/a/*`],
    ['the name *', core('get', 'pods/log,pods', '*'), `${PROD}/pods/*`],
    ['an empty name', core('get', 'pods,pods/*', ''), `${PROD}/pods/*`],
    ['an empty name of everything', { ...ALL, resourceNames: [''] }, `${PROD}/*`],
    ['vnc/*', consoles('virtualmachineinstances/vnc,virtualmachineinstances/vnc/*'), `${VMIS}/a/vnc/*`],
  ])('a rule for %s gives nothing in RBAC, nor a link for all', async (_what, rule, url) => {
    expect(await asked([rule], { urls: [url] })).toMatch(/^user dev cannot get /);
  });

  it('asks as the user of the request, with groups and extra', async () => {
    const rbac = new Rbac().bind('people', 'prod', consoles('*'));
    expect(await judgeOf(rbac).validate(request({ vm: 'a' }))).toEqual({ allowed: true });
    const { uid, groups, extra } = DEV;
    expect(rbac.reviews).toHaveLength(2);
    for (const review of rbac.reviews) expect(review).toMatchObject({ user: 'dev', uid, groups, extra });
  });

  it('of another namespace, a service account has no more rights than it has here', async () => {
    const userInfo = { username: 'system:serviceaccount:other:bot', groups: ['system:serviceaccounts:other'] };
    const rbac = new Rbac().bind(userInfo.username, 'other', ALL);
    const verdict = await judgeOf(rbac).validate(request({ vm: 'a' }, { userInfo }));
    expect(verdict).toMatchObject({ code: 403, reason: 'Forbidden' });
    expect(verdict).toMatchObject({
      message: expect.stringMatching(/^user system:serviceaccount:other:bot cannot get/) as string,
    });
  });

  it('allows nothing where Kubernetes does not answer', async () => {
    const allows = () => Promise.reject(new Error('no answer'));
    const cluster = new FakeCluster();
    const watches = { gateServers: cluster.cache(types.gateServers), secrets: cluster.metadata(types.secrets) };
    await expect(
      new TokenJudge(watches as never, { allows }, { now: () => 0 }).validate(request({ vm: 'a' })),
    ).rejects.toThrow('no answer');
  });
});

describe('what no grant can be is refused at once', () => {
  it.each<[GateTokenSpec, number, string]>([
    [{ urls: ['/a/../b'] }, 422, 'spec.urls: '],
    [{}, 422, 'spec.urls or vm is required.'],
    [{ urls: [`${PROD}/pods/a`], verbs: ['brew'] }, 422, 'spec.verbs: "brew" is not an HTTP method.'],
    [
      { urls: Array.from({ length: 201 }, (_, i) => `${PROD}/pods/a${i}`) },
      422,
      'spec.urls: more than 200 distinct permissions are required: ',
    ],
    [{ urls: [`${PROD}/secrets/key`] }, 403, 'can give access to secrets: leave it out.'],
    [{ vm: 'a', urls: [`${PROD}/secrets/*`] }, 403, 'can give access to secrets: leave it out.'],
    [{ urls: [`${PROD}/serviceaccounts/a/token`] }, 403, 'can give access to service account tokens'],
    [{ urls: ['/apis/rbac.authorization.k8s.io/v1/roles'] }, 403, 'can give access to roles and bindings'],
    [{ urls: ['/apis/kubegateway.kubevirt.io/v1beta1/*'] }, 403, "can give access to the gateway's own objects"],
  ])('case %#', async (spec, code, message) => {
    const rbac = new Rbac().bind('dev', undefined, ALL);
    const verdict = await judgeOf(rbac).validate(request(spec));
    expect(verdict).toEqual({
      allowed: false,
      code,
      reason: code === 422 ? 'Invalid' : 'Forbidden',
      message: expect.stringContaining(message) as string,
    });
    expect(rbac.reviews).toEqual([]);
  });
});

describe('what the guest account could never serve is refused at once', () => {
  const spec = { route: 'a.b.example' };
  const GUESTS = [
    core('get,list,watch', 'pods'),
    consoles('virtualmachineinstances/vnc,virtualmachineinstances/console'),
  ];
  const everyone = () =>
    new Rbac()
      .bind('dev', undefined, { ...ALL, nonResourceURLs: ['*'] }, { verbs: ['*'], nonResourceURLs: ['*'] })
      .bind('system:authenticated', undefined, { verbs: ['get'], nonResourceURLs: ['/version'] })
      .bind(GUEST, 'prod', ...GUESTS);
  const ready = { 'observed-generation': 1, 'secret-name': 'gs-jwt-secret' };
  const server = (name: string, status: object = ready) => ({
    metadata: { name, namespace: 'prod', generation: 1 },
    spec,
    status,
  });

  async function said(token: GateTokenSpec, ...servers: object[]): Promise<string> {
    const cluster = new FakeCluster();
    for (const one of servers) cluster.put(types.gateServers, one as never);
    const verdict = await judgeOf(everyone(), cluster).validate(request(token));
    return verdict.allowed ? 'allowed' : verdict.message;
  }

  it.each<[GateTokenSpec, string]>([
    [{ vm: 'a' }, 'allowed'],
    [{ urls: [`${VMIS}/a/*`] }, 'allowed'],
    [{ urls: ['*'] }, 'allowed'],
    [{ urls: [`${PROD}/*`] }, 'allowed'],
    [{ urls: ['/version'] }, 'allowed'],
    [{ urls: [`${PROD}/pods/a`] }, 'allowed'],
    [{ urls: [`${PROD}/configmaps/a`] }, 'cannot get configmaps in namespace prod (name: a)'],
    [{ urls: [`${PROD}/configmaps/*`] }, 'cannot get configmaps in namespace prod'],
    [{ urls: [`${PROD}/pods/a`], verbs: ['delete'] }, 'cannot delete pods in namespace prod (name: a)'],
    [{ urls: ['/metrics'] }, 'cannot get /metrics'],
    [
      { urls: ['/apis/subresources.kubevirt.io/v1/namespaces/other/virtualmachineinstances/a/vnc'] },
      'cannot get virtualmachineinstances/vnc in namespace other (name: a), because it serves namespace prod alone',
    ],
    [{ urls: ['/api/v1/namespaces/other/*'] }, 'cannot get all resources in namespace other'],
  ])('%j', async (token, expected) => {
    const answer = await said(token, server('gs'));
    if (expected === 'allowed') expect(answer).toBe(expected);
    else expect(answer).toContain(`the guest account of GateServer gs ${expected}`);
  });

  const NEVER = { urls: [`${PROD}/configmaps/a`] };
  it('by the gateway that will serve it', async () => {
    const named = { ...NEVER, 'secret-name': 'gs-jwt-secret' };
    const other = server('other', { ...ready, 'secret-name': 'other-jwt-secret' });
    expect(await said(named, server('gs'), other)).toContain('GateServer gs cannot');
    expect(await said(NEVER, server('gs'), other)).toBe('allowed'); // it says which it could be
    expect(await said(NEVER)).toBe('allowed'); // it says that there is none
  });

  it.each([{}, { ...ready, 'observed-generation': 0 }])(
    'but not before its rights are as its spec says: %j',
    async (status) => {
      expect(await said(NEVER, server('gs', status))).toBe('allowed');
    },
  );
});

describe('on UPDATE', () => {
  const issuer = { username: 'dev', groups: ['a'], seal: 's' };
  const update = (before: GateTokenSpec, after: GateTokenSpec, userInfo: UserInfo = DEV) =>
    judgeOf(new Rbac()).validate(request(after, { operation: 'UPDATE', oldObject: request(before).object, userInfo }));

  it.each<[string, GateTokenSpec, GateTokenSpec]>([
    ['another issuer', { vm: 'a', issuer }, { vm: 'a', issuer: { ...issuer, username: 'boss' } }],
    ['another seal', { vm: 'a', issuer }, { vm: 'a', issuer: { ...issuer, seal: 't' } }],
    ['none any more', { vm: 'a', issuer }, { vm: 'a' }],
    ['one that was not there', { vm: 'a' }, { vm: 'a', issuer }],
  ])('refuses %s', async (_what, before, after) => {
    const message = 'spec.issuer is immutable: create a new GateToken';
    expect(await update(before, after)).toEqual({ allowed: false, code: 422, reason: 'Invalid', message });
  });

  it('lets anyone revoke, and asks about nothing', async () => {
    expect(await update({ vm: 'a', issuer }, { vm: 'a', issuer, revoked: true })).toEqual({ allowed: true });
  });
});

describe('whatever the rules and the grant', () => {
  const part = (...values: string[]) => fc.constantFrom(...values);
  const some = (...values: string[]) => fc.subarray(values, { minLength: 1, maxLength: 3 });
  const rule: fc.Arbitrary<RbacRule> = fc.record({
    verbs: some('*', 'get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'),
    apiGroups: some('*', '', 'subresources.kubevirt.io'),
    resources: some(
      '*',
      '*/*',
      '*/log',
      'pods',
      'pods/*',
      'pods/log',
      'virtualmachineinstances/vnc',
      'virtualmachineinstances/*',
      'virtualmachineinstances/vnc/*',
      'namespaces',
      'namespaces/status',
    ),
    resourceNames: fc.oneof(
      { weight: 3, arbitrary: fc.constant<string[]>([]) },
      { weight: 1, arbitrary: some('', '*', 'a', 'prod') },
    ),
  });
  const bound = fc.record({
    namespace: fc.constantFrom('prod', 'other', undefined),
    rules: fc.array(rule, { minLength: 1, maxLength: 3 }),
  });
  const path = fc
    .tuple(
      part('/api/v1', '/apis/subresources.kubevirt.io/v1', '/apis'),
      part('', '/namespaces/prod', '/namespaces/prod', '/namespaces/other', '/namespaces', '/watch/namespaces/prod'),
      part('/pods', '/pods', '/virtualmachineinstances', '', '/status'),
      part('', '/a', '/a', '/b'),
      part('', '/vnc', '/log', '/%2A'),
      part('', '', '/screenshot'),
    )
    .map((parts) => parts.join(''));
  const url = fc
    .tuple(path, fc.nat(100), fc.boolean())
    .map(([text, at, isCut]) => (isCut ? `${text.slice(0, 1 + (at % text.length))}*` : text));
  const method = part('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE');

  it('no request that passes the gateway is one that its issuer could not make', async () => {
    let passed = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(bound, { minLength: 1, maxLength: 3 }),
        url,
        method,
        fc.array(path, { minLength: 1, maxLength: 8 }),
        async (roles, granted, verb, targets) => {
          const rbac = new Rbac().bind('dev', undefined, { verbs: ['*'], nonResourceURLs: ['*'] });
          for (const { namespace, rules } of roles) rbac.bind('dev', namespace, ...rules);
          const spec = { urls: [granted], verbs: [verb] };
          const verdict = await judgeOf(rbac).validate(request(spec));
          if (!verdict.allowed) return;
          for (const target of [granted.replace(/\*$/, 'z'), ...targets]) {
            const parsed = parseRequest(verb, target);
            if (!parsed.ok || !decide(parseGrant(spec), parsed.request).allow) continue;
            const { info } = parsed.request;
            // The API server has no such routes; a watch of one object shows no more than a watch of all.
            if (
              (info.isResource && info.resource === undefined) ||
              (info.verb === 'watch' && (verb !== 'GET' || info.name !== undefined))
            )
              continue;
            passed++;
            const wanted = info.isResource ? info : { verb: verb.toLowerCase(), path: target };
            expect([roles, target, rbac.allows('dev', [], wanted)]).toEqual([roles, target, true]);
          }
        },
      ),
      { numRuns: 10_000 },
    );
    expect(passed).toBeGreaterThan(500);
  });
});
