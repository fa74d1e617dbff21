import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { API_VERSION, type GateToken, type GateTokenSpec } from '#libs/api';
import { gateway, json } from '../support/gateway.js';
import { cluster } from '../support/cluster.js';
import { kubectl, kubectlFails, kubectlOk } from '../support/kubectl.js';
import { gateserver, gatetoken } from '../support/manifests.js';
import { until } from '../support/until.js';

interface Rule {
  apiGroups: string[];
  resources: string[];
  verbs: string[];
  resourceNames?: string[];
}

const { namespace } = cluster();
const OTHER = `issuer-rights-${Date.now().toString(36)}`;
const VMIS = `/apis/subresources.kubevirt.io/v1/namespaces/${namespace}/virtualmachineinstances`;
const PODS = `/api/v1/namespaces/${namespace}/pods`;
const OURS = 'kubegateway.kubevirt.io';

const WRITE_TOKENS: Rule = {
  apiGroups: [OURS],
  resources: ['gatetokens'],
  verbs: ['create', 'get', 'update', 'patch'],
};
const WRITE_SERVERS: Rule = { ...WRITE_TOKENS, resources: ['gateservers'] };
const SCREEN_OF_DEMO: Rule = {
  apiGroups: ['subresources.kubevirt.io'],
  resources: ['virtualmachineinstances/vnc'],
  verbs: ['get'],
  resourceNames: ['demo'],
};
/** What the guest account of a GateServer without further fields gets. */
const OF_GUESTS: Rule[] = [
  { apiGroups: [''], resources: ['pods', 'services', 'events'], verbs: ['get', 'list', 'watch'] },
  {
    apiGroups: ['kubevirt.io'],
    resources: ['virtualmachines', 'virtualmachineinstances'],
    verbs: ['get', 'list', 'watch'],
  },
  {
    ...SCREEN_OF_DEMO,
    resources: ['virtualmachineinstances/vnc', 'virtualmachineinstances/console'],
    resourceNames: [],
  },
];

/** Users by name, and service accounts, with what they may do in the sample's namespace. */
const PEOPLE: Record<string, Rule[]> = {
  'only-tokens': [WRITE_TOKENS],
  'screen-of-demo': [WRITE_TOKENS, SCREEN_OF_DEMO],
  'only-servers': [WRITE_SERVERS],
  'as-guests': [WRITE_SERVERS, ...OF_GUESTS],
};
const BOT = `system:serviceaccount:${OTHER}:bot`;

const rbac = (name: string, rules: Rule[], subject: object, where = namespace): object[] => {
  const metadata = { name: `issuer-rights-${name}`, namespace: where };
  const apiGroup = 'rbac.authorization.k8s.io';
  const roleRef = { apiGroup, kind: 'Role', name: metadata.name };
  return [
    { apiVersion: `${apiGroup}/v1`, kind: 'Role', metadata, rules },
    { apiVersion: `${apiGroup}/v1`, kind: 'RoleBinding', metadata, roleRef, subjects: [subject] },
  ];
};

beforeAll(async () => {
  await kubectlOk(['create', 'namespace', OTHER]);
  await kubectlOk(['create', 'serviceaccount', 'bot', '-n', OTHER]);
  const bot = { kind: 'ServiceAccount', name: 'bot', namespace: OTHER };
  const users = Object.entries(PEOPLE).flatMap(([name, rules]) => rbac(name, rules, { kind: 'User', name }));
  const everything: Rule = { apiGroups: ['*'], resources: ['*'], verbs: ['*'] };
  const items = [...users, ...rbac('bot', [WRITE_TOKENS], bot), ...rbac('bot-at-home', [everything], bot, OTHER)];
  await kubectlOk('apply -f -', { input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }) });
  for (const who of [...Object.keys(PEOPLE), BOT]) {
    const kind = PEOPLE[who]?.includes(WRITE_SERVERS) ? 'gateservers' : 'gatetokens';
    const question = ['auth', 'can-i', 'create', kind, `--as=${who}`];
    await until(`${who} may`, async () => (await kubectl(question)).code === 0);
  }
});
afterEach(() => kubectl('delete gatetokens theirs of-dev --ignore-not-found'));
afterAll(async () => {
  const names = ['bot', ...Object.keys(PEOPLE)].flatMap((name) => [
    `role/issuer-rights-${name}`,
    `rolebinding/issuer-rights-${name}`,
  ]);
  await kubectl(['delete', ...names]);
  await kubectl('delete gatetokens of-dev -n default --ignore-not-found');
  await kubectl('delete gs theirs --ignore-not-found');
  await kubectl(['delete', 'namespace', OTHER]);
});

const create = (who: string, spec: object, name = 'theirs') =>
  [
    ['create', '-f', '-', '-o', 'json', `--as=${who}`],
    { input: gatetoken(name, { duration: '10m', ...spec }) },
  ] as const;
const created = async (...given: Parameters<typeof create>) =>
  JSON.parse(await kubectlOk([...create(...given)[0]], create(...given)[1])) as GateToken;
const refused = async (...given: Parameters<typeof create>) =>
  kubectlFails([...create(...given)[0]], create(...given)[1]);

describe('security row 13: a link never gives more than its issuer has', () => {
  it.each<[string, GateTokenSpec, string]>([
    ['only-tokens', { vm: 'demo' }, `get virtualmachineinstances/vnc in namespace ${namespace}`],
    ['only-tokens', { urls: [PODS] }, `list pods in namespace ${namespace}`],
    ['only-tokens', { urls: ['*'] }, 'get all resources of every API group in all namespaces'],
    ['screen-of-demo', { vm: 'demo' }, `get virtualmachineinstances/console in namespace ${namespace}`],
    ['screen-of-demo', { urls: [`${VMIS}/demo/vnc`, `${VMIS}/stopped/vnc`] }, '(name: stopped)'],
    [
      'screen-of-demo',
      { urls: [`${VMIS}/demo*`] },
      `get virtualmachineinstances.subresources.kubevirt.io in namespace ${namespace}`,
    ],
    ['screen-of-demo', { urls: [`${VMIS}/demo/*`] }, `get virtualmachineinstances/* in namespace ${namespace}`],
    [
      'screen-of-demo',
      { urls: [`${VMIS}/*`] },
      `get virtualmachineinstances.subresources.kubevirt.io in namespace ${namespace}`,
    ],
    ['screen-of-demo', { urls: ['/apis*'] }, 'get all resources of every API group in all namespaces'],
    ['screen-of-demo', { urls: [`${VMIS}/demo/vnc`], verbs: ['get', 'put'] }, 'update virtualmachineinstances/vnc'],
    ['dev', { urls: [PODS], verbs: ['delete'] }, `deletecollection pods in namespace ${namespace}`],
    ['dev', { urls: ['/api/v1/namespaces/kube-system/pods'] }, 'list pods in namespace kube-system'],
    ['dev', { urls: ['/api/v1/watch/pods'] }, 'watch pods in all namespaces'],
    [BOT, { vm: 'demo' }, `get virtualmachineinstances/vnc in namespace ${namespace}`],
  ])('%s cannot issue %j', async (who, spec, right) => {
    const stderr = await refused(who, spec);
    expect(stderr).toContain('(Forbidden)');
    expect(stderr).toContain(`user ${who} cannot `);
    expect(stderr).toContain(right);
    expect(await kubectlFails('get gatetoken theirs')).toContain('not found');
  });

  it.each<[string, string[]]>([
    ['by server-side apply', ['apply', '--server-side', '-f', '-']],
    ['in a dry run', ['create', '--dry-run=server', '-f', '-']],
  ])('nor %s', async (_how, args) => {
    const input = gatetoken('theirs', { vm: 'demo' });
    expect(await kubectlFails([...args, '--as=only-tokens'], { input })).toContain('user only-tokens cannot get');
  });

  it('nor under a generated name', async () => {
    const input = gatetoken('', { vm: 'demo' }).replace('"name":""', '"generateName":"theirs-"');
    expect(await kubectlFails('create -f - --as=only-tokens', { input })).toContain('user only-tokens cannot get');
  });

  it('nor over REST and by /auth/jwt/request', async () => {
    const token = (await kubectlOk(['create', 'token', 'bot', '-n', OTHER])).trim();
    const headers = { ...json, authorization: `Bearer ${token}` };
    const rest = { method: 'POST', headers, body: JSON.stringify({ vm: 'demo', duration: '10m' }) };
    const seed = { ...rest, body: JSON.stringify({ URLs: [`${VMIS}/demo/vnc`], duration: '10m' }) };
    for (const [path, init] of [
      [`/api/v1/namespaces/${namespace}/gatetokens`, rest],
      ['/auth/jwt/request', seed],
    ] as const) {
      const response = await gateway(path, init);
      expect(response.status).toBe(403);
      expect(await response.text()).toContain(`user ${BOT} cannot get virtualmachineinstances/vnc`);
    }
  });

  it.each<[string, GateTokenSpec]>([
    ['screen-of-demo', { urls: [`${VMIS}/demo/vnc`] }],
    ['screen-of-demo', { urls: [`${VMIS.replace('/v1/', '/v1alpha3/')}/demo/vnc`], verbs: ['head'] }],
    ['dev', { vm: 'demo', urls: [PODS] }],
  ])('%s issues %j', async (who, spec) => {
    expect((await created(who, spec)).spec.issuer?.username).toBe(who);
    await kubectlOk('wait gatetoken/theirs --for=condition=Ready --timeout=15s');
  });

  it.each<[GateTokenSpec, string]>([
    [
      { urls: ['/api/v1/namespaces/kube-system/pods'] },
      'list pods in namespace kube-system, because it serves namespace',
    ],
    [
      { urls: [`/api/v1/namespaces/${namespace}/configmaps/a`] },
      `get configmaps in namespace ${namespace} (name: a): leave`,
    ],
    [
      { urls: [PODS], verbs: ['delete'] },
      `deletecollection pods in namespace ${namespace}: leave this out, or have it`,
    ],
  ])('an administrator cannot issue what the guest account could never serve: %j', async (spec, right) => {
    const stderr = await kubectlFails('create -f -', { input: gatetoken('theirs', { ...spec }) });
    expect(stderr).toContain(`the guest account of GateServer gateserver-sample cannot ${right}`);
  });

  it('nor what no grant reaches', async () => {
    const secrets = `/api/v1/namespaces/${namespace}/secrets`;
    const stderr = await kubectlFails('create -f -', { input: gatetoken('theirs', { vm: 'demo', urls: [secrets] }) });
    expect(stderr).toContain(
      `spec.urls: ${secrets} has no effect, because no grant can give access to secrets: leave it`,
    );
  });
});

describe('security row 13: a GateToken that is there', () => {
  const OWN = { urls: [`${VMIS}/demo/vnc`] };
  const by = '--as=screen-of-demo';

  it('gives no more after a replace, an apply or a patch', async () => {
    const issuer = { ...(await created('screen-of-demo', OWN)).spec.issuer, username: 'dev' };
    const wider = gatetoken('theirs', { duration: '10m', urls: ['*'] });
    const immutable = (field: string) => expect.stringContaining(`spec.${field} is immutable`) as string;
    expect(await kubectlFails(['replace', '-f', '-', by], { input: wider })).toEqual(immutable('urls'));
    const apply = ['apply', '--server-side', '--force-conflicts', '-f', '-', by];
    expect(await kubectlFails(apply, { input: wider })).toEqual(immutable('urls'));
    for (const [field, value] of Object.entries({ urls: ['*'], vm: 'stopped', issuer })) {
      const patch = [
        'patch',
        'gatetoken',
        'theirs',
        '--type=merge',
        '-p',
        JSON.stringify({ spec: { [field]: value } }),
      ];
      expect(await kubectlFails([...patch, by])).toEqual(immutable(field));
    }
    await kubectlOk([
      'patch',
      'gatetoken',
      'theirs',
      '--type=merge',
      '-p',
      '{"spec":{"revoked":true}}',
      '--as=only-tokens',
    ]);
  });

  it('lends its issuer and seal to no other', async () => {
    const { issuer } = (await created('dev', OWN, 'of-dev')).spec;
    expect(await refused('only-tokens', { ...OWN, issuer })).toContain('user only-tokens cannot get');
    expect((await created('screen-of-demo', { ...OWN, issuer })).spec.issuer?.username).toBe('screen-of-demo');
    await kubectlOk('delete gatetoken of-dev');
    expect((await created('screen-of-demo', { ...OWN, issuer }, 'of-dev')).spec.issuer?.username).toBe(
      'screen-of-demo',
    );
    const elsewhere = {
      apiVersion: API_VERSION,
      kind: 'GateToken',
      metadata: { name: 'of-dev' },
      spec: { ...OWN, issuer },
    };
    const input = JSON.stringify(elsewhere);
    const stored = JSON.parse(await kubectlOk('create -n default -o json -f -', { input })) as GateToken;
    expect(stored.spec.issuer?.username).not.toBe('dev');
  });
});

describe('security row 16: a GateServer gives nothing that its creator lacks', () => {
  const spec = { route: 'theirs.gateway-example.localhost', expose: 'none', replicas: 0 };
  const input = (more: object = {}) => gateserver('theirs', { ...spec, ...more });
  const patch = (more: object) => ['patch', 'gs', 'theirs', '--type=merge', '-p', JSON.stringify({ spec: more })];

  it.each<[string, object, string]>([
    ['only-servers', {}, 'get virtualmachineinstances/vnc'],
    ['as-guests', { 'admin-role': 'admin' }, 'create events'],
    ['as-guests', { 'admin-resources': '*' }, 'get '],
    ['as-guests', { img: 'registry.example/mine:1' }, 'create pods'],
    ['as-guests', { 'api-url': 'https://mine.example' }, 'get gatetokens'],
  ])('%s cannot create one with %j', async (who, more, right) => {
    const stderr = await kubectlFails(['create', '-f', '-', `--as=${who}`], { input: input(more) });
    expect(stderr).toContain('(Forbidden)');
    expect(stderr).toContain(`user ${who} cannot ${right}`);
    expect(stderr).toMatch(/GateServer theirs|spec\.img|spec\.api-url/);
  });

  it('nor change one, but for how much it does', async () => {
    await kubectlOk('create -f - --as=as-guests', { input: input() });
    const stderr = await kubectlFails([...patch({ 'admin-role': 'admin' }), '--as=as-guests']);
    expect(stderr).toContain(
      `user as-guests cannot create events in namespace ${namespace}, which the guest account of GateServer theirs would get from spec.admin-role "admin"`,
    );
    expect(await kubectlFails([...patch({ 'admin-resources': 'pods' }), '--as=only-servers'])).toContain(
      'cannot get pods',
    );
    await kubectlOk([...patch({ 'max-consoles': 5 }), '--as=only-servers']);
    await kubectlOk(['label', 'gs', 'theirs', 'a=b', '--as=only-servers']);
    await kubectlOk([...patch({ 'admin-role': 'admin', 'admin-resources': '*' })]);
    await kubectlOk('delete gs theirs');
  });
});
