import { describe, expect, it } from 'vitest';
import { API_VERSION, type GateServer, type GateServerSpec } from '#libs/api';
import { types } from '#libs/kube';
import { type Discovered, NOTHING } from '../gateserver/discovery.js';
import { gatewayRules } from '../gateserver/gateway-role.js';
import { namesOf } from '../cluster/names.js';
import { Rbac, type RbacRule } from '../testing/rbac.js';
import { ServerJudge } from './judge-gateserver.js';
import { Reviewer } from './reviewer.js';

const DEV = { username: 'dev', groups: ['system:authenticated'] };
const ROUTE = { route: 'gate.prod.example' };
const READ = ['get', 'list', 'watch'];
const WRITE = ['create', 'delete', 'patch', 'update'];

/** What the guest account of a GateServer without further fields gets. */
const USUAL: RbacRule[] = [
  { verbs: READ, apiGroups: [''], resources: ['pods', 'services', 'events'] },
  { verbs: READ, apiGroups: ['kubevirt.io'], resources: ['virtualmachines', 'virtualmachineinstances'] },
  {
    verbs: ['get'],
    apiGroups: ['subresources.kubevirt.io'],
    resources: ['*/vnc', '*/console'],
  },
];
/** The part of Kubernetes' ClusterRole `view` that counts here, and of KubeVirt's `kubevirt.io:edit`. */
const VIEW: RbacRule[] = [{ verbs: READ, apiGroups: [''], resources: ['pods', 'services', 'events', 'configmaps'] }];
const VM_EDIT: RbacRule[] = [
  {
    verbs: ['get'],
    apiGroups: ['subresources.kubevirt.io'],
    resources: [
      'virtualmachineinstances/console',
      'virtualmachineinstances/vnc',
      'virtualmachineinstances/vnc/screenshot',
    ],
  },
  {
    verbs: [...READ, ...WRITE],
    apiGroups: ['kubevirt.io'],
    resources: ['virtualmachines', 'virtualmachineinstances', 'virtualmachineinstancemigrations'],
  },
];
const GATEWAY: RbacRule[] = gatewayRules(namesOf('gs'));
const PODS: RbacRule = { verbs: ['create'], apiGroups: [''], resources: ['pods'] };
const PODS_SERVED: Discovered = { served: [{ group: '', name: 'pods' }], silent: [] };
const ALL: RbacRule = { verbs: ['*'], apiGroups: ['*'], resources: ['*'] };

interface Given {
  rules: RbacRule[];
  spec?: Partial<GateServerSpec>;
  before?: Partial<GateServerSpec>;
  discovered?: Discovered;
}

const serverOf = (spec: Partial<GateServerSpec>): GateServer => ({
  apiVersion: API_VERSION,
  kind: 'GateServer',
  metadata: { name: 'gs', namespace: 'prod' },
  spec: { ...ROUTE, ...spec },
});

async function ask({ rules, spec = {}, before, discovered = NOTHING }: Given) {
  const rbac = new Rbac().bind('dev', 'prod', ...rules);
  const judge = new ServerJudge(
    new Reviewer(rbac.client),
    { discover: async () => discovered },
    { gatewayImage: 'own/gateway:1' },
  );
  const verdict = await judge.validate({
    uid: 'u',
    operation: before ? 'UPDATE' : 'CREATE',
    namespace: 'prod',
    userInfo: DEV,
    object: serverOf(spec),
    ...(before && { oldObject: serverOf(before) }),
    resource: types.gateServers,
  });
  if (!verdict.allowed) expect(verdict).toMatchObject({ code: 403, reason: 'Forbidden' });
  return { said: verdict.allowed ? 'allowed' : verdict.message, reviews: rbac.reviews.length };
}

const NEEDS =
  ': whoever creates or changes a GateServer needs these permissions. Ask an administrator to grant them to you or to make the change.';

describe('security row 16: whoever creates a GateServer holds what can be done through it', () => {
  it.each<[string, Given, string]>([
    ['what guests get by default', { rules: USUAL }, 'allowed'],
    ['what guests get by default, from two roles that every cluster has', { rules: [...VIEW, ...VM_EDIT] }, 'allowed'],
    [
      'of nothing',
      { rules: [] },
      `user dev cannot get virtualmachineinstances/vnc in namespace prod, which the guest account of GateServer gs would get by default (16 more are missing)${NEEDS}`,
    ],
    [
      'a verb less',
      { rules: USUAL, spec: { 'admin-role': 'admin' } },
      'user dev cannot create events in namespace prod, which the guest account of GateServer gs would get from spec.admin-role "admin" (11 more are missing)',
    ],
    [
      'one right less',
      {
        rules: [
          ...USUAL,
          { verbs: WRITE, apiGroups: ['kubevirt.io'], resources: ['*'] },
          { verbs: WRITE.slice(1), apiGroups: [''], resources: ['events'] },
        ],
        spec: { 'admin-role': 'admin' },
      },
      `user dev cannot create events in namespace prod, which the guest account of GateServer gs would get from spec.admin-role "admin"${NEEDS}`,
    ],
    [
      'a resource less',
      {
        rules: USUAL,
        spec: { 'admin-resources': 'pods,pods/log' },
        discovered: {
          served: [
            { group: '', name: 'pods' },
            { group: '', name: 'pods/log' },
          ],
          silent: [],
        },
      },
      'user dev cannot get pods/log in namespace prod, which the guest account of GateServer gs would get from spec.admin-resources "pods,pods/log" (2 more are missing)',
    ],
    [
      'a resource that is not served yet',
      { rules: USUAL, spec: { 'admin-resources': 'pods,things.example.com/status' }, discovered: PODS_SERVED },
      'user dev cannot get things/status in namespace prod, which the guest account of GateServer gs would get from spec.admin-resources "pods,things.example.com/status" (2 more are missing)',
    ],
    [
      'one to be written',
      {
        rules: [...USUAL, { verbs: READ, apiGroups: ['example.com'], resources: ['things'] }],
        spec: { 'admin-resources': 'things.example.com', 'admin-role': 'admin' },
        discovered: PODS_SERVED,
      },
      'user dev cannot create things in namespace prod, which the guest account of GateServer gs would get from spec.admin-role "admin" (3 more are missing)',
    ],
    [
      'one of any group',
      {
        rules: [...USUAL, { verbs: READ, apiGroups: ['example.com', ''], resources: ['things'] }],
        spec: { 'admin-resources': 'pods, things' },
        discovered: PODS_SERVED,
      },
      'user dev cannot get things of every API group in namespace prod, which the guest account of GateServer gs would get from spec.admin-resources "pods, things"',
    ],
    [
      'one whose server is away',
      {
        rules: USUAL,
        spec: { 'admin-resources': 'things.example.com' },
        discovered: { ...PODS_SERVED, silent: ['example.com'] },
      },
      'user dev cannot get things in namespace prod',
    ],
    [
      'one beside *',
      {
        rules: [{ verbs: READ, apiGroups: [''], resources: ['pods'] }],
        spec: { 'admin-resources': '*,things.example.com' },
        discovered: PODS_SERVED,
      },
      'user dev cannot get things in namespace prod',
    ],
    [
      'one that they hold',
      {
        rules: [...USUAL, { verbs: READ, apiGroups: ['example.com'], resources: ['things'] }],
        spec: { 'admin-resources': 'things.example.com' },
        discovered: PODS_SERVED,
      },
      'allowed',
    ],
    [
      'one that no guest is ever given',
      { rules: USUAL, spec: { 'admin-resources': 'pods,roles.rbac.authorization.k8s.io' }, discovered: PODS_SERVED },
      'allowed',
    ],
    ['its own image', { rules: USUAL, spec: { img: 'own/gateway:1' } }, 'allowed'],
    [
      'another image',
      { rules: [...USUAL, ...GATEWAY], spec: { img: 'mine:1' } },
      `user dev cannot create pods in namespace prod, which the image of GateServer gs (spec.img) could do${NEEDS}`,
    ],
    [
      'another image',
      { rules: [...USUAL, PODS], spec: { img: 'mine:1' } },
      /^user dev cannot get gatetokens in namespace prod, which the image of GateServer gs \(spec.img\) could do \(\d+ more are missing\)/,
    ],
    ['another image', { rules: [...USUAL, ...GATEWAY, PODS], spec: { img: 'mine:1' } }, 'allowed'],
    [
      'another API server',
      { rules: USUAL, spec: { 'api-url': 'https://mine.example' } },
      /^user dev cannot get gatetokens in namespace prod, which the server at spec.api-url could do with the tokens that GateServer gs sends it/,
    ],
    ['another API server', { rules: [...USUAL, ...GATEWAY], spec: { 'api-url': 'https://mine.example' } }, 'allowed'],
  ] as [string, Given, string][])('%s', async (_what, given, expected) => {
    const { said } = await ask(given);
    if (expected === 'allowed') expect(said).toBe('allowed');
    else expect(said).toMatch(expected);
  });

  it('in this namespace: rights in another are none', async () => {
    const rbac = new Rbac().bind('dev', 'other', ALL);
    const judge = new ServerJudge(new Reviewer(rbac.client), { discover: async () => NOTHING }, { gatewayImage: 'i' });
    const request = {
      uid: 'u',
      operation: 'CREATE' as const,
      namespace: 'prod',
      userInfo: DEV,
      resource: types.gateServers,
    };
    expect(await judge.validate({ ...request, object: serverOf({}) })).toMatchObject({ allowed: false });
  });

  it('lets nothing through where Kubernetes does not answer', async () => {
    const away = () => Promise.reject(new Error('no answer'));
    const judge = (allows: () => Promise<boolean>, discover: () => Promise<Discovered>) =>
      new ServerJudge({ allows }, { discover }, { gatewayImage: 'i' }).validate({
        uid: 'u',
        operation: 'CREATE',
        namespace: 'prod',
        userInfo: DEV,
        object: serverOf({ 'admin-resources': '*' }),
        resource: types.gateServers,
      });
    await expect(judge(away, async () => ({ served: [{ group: '', name: 'pods' }], silent: [] }))).rejects.toThrow(
      'no answer',
    );
    await expect(judge(async () => true, away)).rejects.toThrow('no answer');
  });
});

describe('security row 16: with admin-resources *', () => {
  const groups = Array.from({ length: 20 }, (_, i) => `g${i}.example.com`);
  const served = groups.flatMap((group) => Array.from({ length: 10 }, (_, i) => ({ group, name: `r${i}s` })));
  const spec = { 'admin-resources': '*' };

  it('asks for each verb on everything, where there is too much to ask for one by one', async () => {
    expect(await ask({ rules: [ALL], spec, discovered: { served, silent: [] } })).toEqual({
      said: 'allowed',
      reviews: 5,
    });
  });

  it('then for whole groups, then for what is left', async () => {
    const rules: RbacRule[] = groups.map((group, i) => ({
      verbs: READ,
      apiGroups: [group],
      resources: i === 3 ? ['r0s', 'r1s', 'r2s', 'r3s', 'r4s', 'r5s', 'r6s', 'r7s', 'r8s', 'r9s'] : ['*'],
    }));
    const { said, reviews } = await ask({ rules, spec, discovered: { served, silent: [] } });
    expect(said).toBe('allowed');
    expect(reviews).toBeLessThan(200);
    rules[3]?.resources?.pop();
    const less = await ask({ rules, spec, discovered: { served, silent: [] } });
    expect(less.said).toMatch(
      /^user dev cannot get r9s in namespace prod, which the guest account of GateServer gs would get from spec.admin-resources "\*" \(2 more are missing\)/,
    );
  });

  it('names a whole group where there is still too much, and asks no more', async () => {
    const rules = [{ verbs: READ, apiGroups: groups, resources: ['r0s'] }];
    const { said, reviews } = await ask({ rules, spec, discovered: { served, silent: [] } });
    expect(said).toMatch(/^user dev cannot get all resources of API group g0.example.com in namespace prod, which/);
    expect(reviews).toBeLessThan(200);
  });

  it('names everything where there are too many groups', async () => {
    const many = Array.from({ length: 300 }, (_, i) => ({ group: `g${i}.example.com`, name: 'things' }));
    const { said, reviews } = await ask({ rules: USUAL, spec, discovered: { served: many, silent: [] } });
    expect(said).toMatch(/^user dev cannot get all resources of every API group in namespace prod, which/);
    expect(reviews).toBeLessThan(20);
  });

  it('asks for all of a group whose server is away, as guests get it once it is back', async () => {
    const discovered = { served: [{ group: '', name: 'pods' }], silent: ['away.example.com'] };
    const { said } = await ask({ rules: USUAL, spec, discovered });
    expect(said).toMatch(/^user dev cannot get all resources of API group away.example.com in namespace prod, which/);
    expect((await ask({ rules: USUAL, spec: { 'admin-resources': 'pods' }, discovered })).said).toBe('allowed');
  });
});

describe('on UPDATE of a GateServer', () => {
  it.each<[Partial<GateServerSpec>, Partial<GateServerSpec>]>([
    [{ 'admin-role': 'admin' }, { 'admin-role': 'admin' }],
    [{ replicas: 2 }, { replicas: 3 }],
    [{}, { 'max-duration': '1h', 'drain-time': '1s', 'key-rotation': '48h', expose: 'none' }],
  ])('%j to %j asks about nothing', async (before, spec) => {
    expect(await ask({ rules: [], before, spec })).toEqual({ said: 'allowed', reviews: 0 });
  });

  it.each<Partial<GateServerSpec>>([
    { 'admin-role': 'admin' },
    { 'admin-resources': 'pods' },
    { 'public-urls': ['https://elsewhere.example'] },
    { route: 'other.prod.example' },
    { 'web-app': 'https://app.example' },
    { 'frame-ancestors': ['https://elsewhere.example'] },
    { 'accept-unregistered': true },
    { 'issuer-recheck': '0s' },
    { 'store-tokens': true },
    { img: 'own/gateway:1' },
  ])('to %j asks for what guests get', async (spec) => {
    const discovered = { served: [{ group: '', name: 'pods' }], silent: [] };
    expect((await ask({ rules: [], before: {}, spec, discovered })).said).toMatch(
      /^user dev cannot .* which the guest account/,
    );
    expect((await ask({ rules: [ALL], before: {}, spec, discovered })).said).toBe('allowed');
  });

  it('asks about an image and an API server only of who changes them', async () => {
    const spec = { img: 'mine:1', 'api-url': 'https://mine.example', 'admin-resources': 'pods' };
    const discovered = { served: [{ group: '', name: 'pods' }], silent: [] };
    const before = { ...spec, 'admin-resources': '' };
    expect((await ask({ rules: USUAL, before, spec, discovered })).said).toBe('allowed');
    expect((await ask({ rules: USUAL, before: { ...spec, img: 'old:1' }, spec, discovered })).said).toContain(
      '(spec.img)',
    );
    expect((await ask({ rules: USUAL, before: {}, spec: { 'api-url': 'https://b.example' } })).said).toContain(
      'spec.api-url',
    );
  });

  it("lets anyone who may write it leave an image of their own for the release's", async () => {
    expect((await ask({ rules: USUAL, before: { img: 'mine:1' }, spec: {} })).said).toBe('allowed');
  });
});

it('a change that only takes away is not asked about, unless another comes with it', async () => {
  const spec = { 'issuer-recheck': '10s', 'store-tokens': false };
  const before = { 'accept-unregistered': true };
  expect(await ask({ rules: [], before, spec })).toEqual({ said: 'allowed', reviews: 0 });
  const more = { ...spec, 'admin-role': 'admin' as const };
  expect((await ask({ rules: [], before, spec: more })).said).toContain('user dev cannot');
});
