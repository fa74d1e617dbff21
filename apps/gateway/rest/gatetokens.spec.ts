import { afterEach, describe, expect, it } from 'vitest';
import { type CheckResponse, type GateTokenViewList, type IssueResponse } from '#libs/api';
import { linkHash } from '#libs/token';
import { call } from '../testing/clients.js';
import { until } from '../testing/gateway.js';
import { asAda, failure, serveUsers, statusOf } from '../testing/rest.js';
import { useGateway } from '../testing/use-gateway.js';

const TOKENS = '/namespaces/ns/gatetokens';
const PODS = '/api/v1/namespaces/ns/pods';
const { cluster, gateway } = useGateway({ MAX_DURATION: '2h' });

afterEach(() => {
  cluster.api.answer = () => false;
});

async function check(body: unknown, namespace = 'ns', query = ''): Promise<CheckResponse> {
  const reply = await asAda(gateway.port, 'POST', `/namespaces/${namespace}/gatetokens/check${query}`, body);
  expect([reply.status, reply.body]).toEqual([200, expect.any(String)]);
  return JSON.parse(reply.body) as CheckResponse;
}

/** The dry run is answered as the API server does; nothing of it is stored. */
const DRY = { 'POST /gatetokens': { code: 201, body: {} } };

describe('POST gatetokens/check', () => {
  it('says what it would allow and that they may issue it; nothing is created', async () => {
    serveUsers(cluster, DRY);
    expect(await check({ vm: 'demo', 'view-only': true })).toEqual({
      allowed: true,
      grants: [
        'Use the screen of virtual machine demo in namespace ns.',
        'Use the serial console of virtual machine demo in namespace ns.',
        'View only: keyboard, mouse and clipboard input does not reach the virtual machine.',
      ],
      problems: [],
    });
    const asked = cluster.api.seen.findLast(({ method }) => method === 'POST');
    expect(asked?.url).toMatch(/\/namespaces\/ns\/gatetokens\?dryRun=All$/);
    expect(asked?.headers.authorization).toBe('Bearer ada');
    expect(cluster.api.objects.list('gatetokens')).toEqual([]);
  });

  it('tries what would be created: a grant of this gateway, or of the one that is named', async () => {
    serveUsers(cluster, DRY);
    for (const [body, secret] of [
      [{ vm: 'demo' }, 'gs-jwt-secret'],
      [{ vm: 'demo', 'secret-name': 'mine' }, 'mine'],
    ] as const) {
      await check(body);
      const asked = cluster.api.seen.findLast(({ method }) => method === 'POST');
      expect(JSON.parse(asked?.body ?? '')).toMatchObject({ spec: { vm: 'demo', 'secret-name': secret } });
    }
  });

  it('leaves it to the API server whether they may', async () => {
    const message = 'gatetokens is forbidden: User "ada" cannot create resource "gatetokens"';
    serveUsers(cluster, { 'POST /gatetokens': { code: 403, body: failure(403, message, 'Forbidden') } });
    expect(await check({ vm: 'demo' })).toMatchObject({ allowed: false, problems: [message] });
  });

  it.each([
    [
      { urls: ['/api/v1/namespaces/ns/secrets/x'] },
      /secrets\/x has no effect: links never give access to secrets\.$/,
      [],
    ],
    [{ urls: ['/apis/rbac.authorization.k8s.io/v1/*'] }, /rbac\S+ has no effect/, []],
    [
      { urls: [PODS, '/api/v1/namespaces/ns/secrets/*'] },
      /secrets\/\* has no effect/,
      ['List and watch pods in namespace ns.'],
    ],
    [{ vm: 'missing' }, /^spec\.vm: virtual machine missing does not exist in namespace ns\.$/, undefined],
    [{ vm: 'demo', duration: '3h' }, /^spec\.duration is 3h.*, but at most 2h/, undefined],
    [{ vm: 'demo', duration: '1d' }, /^spec\.duration: /, undefined],
    [{ vm: 'demo', from: 'tomorrow' }, /^spec\.from is not a valid time/, undefined],
    [{ vm: 'demo', from: '2020-01-01T00:00:00Z' }, /this period is already over/, undefined],
    [{ vm: 'demo', from: '2999-01-01T00:00:00Z' }, /^spec\.from is more than a year \(366 days\)/, undefined],
    [{ urls: ['relative'] }, /^spec\.urls: /, []],
    [{ urls: [PODS], verbs: ['FLY'] }, /^spec\.verbs: /, []],
    [{}, /^spec\.urls or vm is required/, []],
  ])('%j is refused', async (body, problem, grants) => {
    serveUsers(cluster, DRY);
    const said = await check(body);
    expect(said.allowed).toBe(false);
    expect(said.problems).toEqual([expect.stringMatching(problem)]);
    if (grants !== undefined) expect(said.grants).toEqual(grants);
  });

  it.each([
    { vm: 'demo', duration: '2562048h' },
    { vm: 'demo', duration: '99999h' },
    { vm: 'demo', from: 'tomorrow' },
    { urls: ['relative'] },
  ])('%j is told once, where the API server refuses it', async (body) => {
    const message = 'GateToken "x" is invalid: spec is wrong';
    serveUsers(cluster, { ...DRY, 'POST /gatetokens': { code: 422, body: failure(422, message, 'Invalid') } });
    expect((await check(body)).problems).toEqual([message]);
  });

  it('a namespace without a GateServer is a problem; one of its own has its own limit', async () => {
    serveUsers(cluster, { ...DRY, 'GET /empty/gateservers': { code: 200, body: { metadata: {}, items: [] } } });
    expect((await check({ urls: [PODS] }, 'empty')).problems).toEqual([
      'Namespace empty has no GateServer, so no link can be issued for it. Ask an administrator to create one there.',
    ]);
    const items = [{ metadata: {}, spec: { route: 'gate.other.example.com', 'max-duration': '10m' } }];
    serveUsers(cluster, { ...DRY, 'GET /other/gateservers': { code: 200, body: { metadata: {}, items } } });
    expect((await check({ urls: [PODS] }, 'other')).problems).toEqual([expect.stringContaining('at most 10m')]);
  });

  it.each<Record<string, unknown>>([
    { 'single-use': true, singleUse: false },
    { singleUse: false, 'single-use': true },
    { 'view-only': true, viewOnly: false },
    { takeOver: true, 'take-over': false },
    { viewonly: true },
    { view_only: true },
    { constructor: true },
    { 'view-only': 'true' },
    { 'single-use': null },
  ])('row 22: never wider than written: %j is refused', async (fields) => {
    serveUsers(cluster, DRY);
    const body = { vm: 'demo', ...fields };
    for (const path of [TOKENS, `${TOKENS}/check`]) {
      const { code, details } = statusOf(await asAda(gateway.port, 'POST', path, body));
      const named = details?.causes?.every(({ field = '' }) => Object.hasOwn(fields, field.replace(/^spec\./, '')));
      expect([code, named]).toEqual([422, true]);
    }
  });

  it.each([
    { urls: Array<number>(5000).fill(7) },
    Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`field-${i}`, 7])),
    { ['x'.repeat(100_000)]: 7 },
  ])('row 21: the answer to a large invalid body is small', async (body) => {
    serveUsers(cluster);
    const reply = await asAda(gateway.port, 'POST', TOKENS, body);
    expect(reply.status).toBe(422);
    expect(reply.body.length).toBeLessThan(10_000);
  });

  it('422 for an invalid grant, 400 without a body, 401 without a credential', async () => {
    serveUsers(cluster);
    for (const body of [[], { vm: 7 }, { issuer: { username: 'root' } }, { 'link-hash': 'x' }]) {
      expect((await asAda(gateway.port, 'POST', `${TOKENS}/check`, body)).status).toBe(422);
    }
    const none = { method: 'POST', headers: { authorization: 'Bearer ada' } };
    expect((await call(gateway.port, `/api/v1${TOKENS}/check`, none)).status).toBe(400);
    expect((await call(gateway.port, `/api/v1${TOKENS}/check`, { method: 'POST' })).status).toBe(401);
  });
});

describe('POST gatetokens', () => {
  /** As the operator does, for the next GateToken that comes. */
  async function decide(status: Record<string, unknown>): Promise<string> {
    const open = (): string | undefined =>
      cluster.api.objects.list('gatetokens').find((one) => one.status === undefined)?.metadata.name;
    await until(() => open() !== undefined);
    const name = open() ?? '';
    cluster.api.objects.update('gatetokens', name, (old) => ({ ...old, status }));
    return name;
  }
  const data = { nbf: 1, exp: 2, from: 'F', until: 'U', duration: '1h', verbs: ['get'], urls: ['/x'] };

  it('answers with the link, whose hash alone is stored', async () => {
    serveUsers(cluster);
    const asked = asAda(gateway.port, 'POST', TOKENS, { vm: 'demo', description: 'for the vendor' });
    const name = await decide({ phase: 'Ready', data });
    const { link = '', gatetoken, token } = JSON.parse((await asked).body) as IssueResponse;
    const code = /^https:\/\/gate\.example\.com\/l#([\w-]{22,})$/.exec(link)?.[1] ?? '';
    const { spec } = cluster.api.objects.get('gatetokens', name);
    // It is this gateway's also where there is another one in the namespace.
    expect(spec).toMatchObject({ 'link-hash': linkHash(code), 'secret-name': 'gs-jwt-secret' });
    expect(token).toBeUndefined();
    expect(gatetoken).toMatchObject({ name, description: 'for the vendor', phase: 'Ready' });
  });

  it('names fields in kebab-case in both directions, and still reads the camelCase of before', async () => {
    serveUsers(cluster);
    const asked = asAda(gateway.port, 'POST', TOKENS, {
      vm: 'demo',
      singleUse: true,
      viewOnly: true,
      'take-over': false,
    });
    const name = await decide({ phase: 'Ready', data, 'last-used': '2026-01-01T00:00:00Z' });
    const flags = { 'single-use': true, 'view-only': true, 'take-over': false };
    expect(cluster.api.objects.get('gatetokens', name).spec).toMatchObject(flags);
    const { gatetoken } = JSON.parse((await asked).body) as IssueResponse;
    expect(gatetoken).toMatchObject({ ...flags, 'last-used': '2026-01-01T00:00:00Z' });
    expect(Object.keys(gatetoken).filter((key) => /[A-Z_]/.test(key))).toEqual([]);
  });

  it('the link of another GateServer of the namespace leads to that one', async () => {
    const items = [
      { metadata: {}, spec: { route: 'a.example.com' }, status: { 'secret-name': 'a-jwt-secret' } },
      { metadata: {}, spec: { route: 'vendor.example.com' }, status: { 'secret-name': 'vendor-jwt-secret' } },
    ];
    serveUsers(cluster, { 'GET /gateservers': { code: 200, body: { metadata: {}, items } } });
    const asked = asAda(gateway.port, 'POST', TOKENS, { vm: 'demo', 'secret-name': 'vendor-jwt-secret' });
    await decide({ phase: 'Ready', data, 'gate-server': 'vendor' });
    expect(JSON.parse((await asked).body)).toHaveProperty('link', expect.stringMatching(/^https:..vendor\.example/));
  });

  it('with ?token=true answers with a JWT', async () => {
    serveUsers(cluster);
    const asked = asAda(gateway.port, 'POST', `${TOKENS}?token=true`, { vm: 'demo' });
    await decide({ phase: 'Ready', data, token: 'made.by.operator' });
    expect(JSON.parse((await asked).body)).toMatchObject({ token: 'made.by.operator' });
  });

  it('says why the operator refused it', async () => {
    serveUsers(cluster);
    const asked = asAda(gateway.port, 'POST', TOKENS, { vm: 'gone' });
    await decide({ phase: 'Error', conditions: [{ type: 'Ready', status: 'False', message: 'No such machine.' }] });
    expect(statusOf(await asked)).toMatchObject({ code: 422, reason: 'Invalid' });
    expect(statusOf(await asked).message).toContain('No such machine.');
  });

  it('answers an invalid grant with one status, whichever check found it', async () => {
    serveUsers(cluster);
    const byUs = statusOf(await asAda(gateway.port, 'POST', TOKENS, { vm: 'demo', duration: 7 }));
    const causes = [{ reason: 'FieldValueInvalid', message: 'Invalid value: "1d"', field: 'spec.duration' }];
    const invalid = { ...failure(422, 'GateToken "x" is invalid', 'Invalid'), details: { kind: 'GateToken', causes } };
    serveUsers(cluster, { 'POST /gatetokens': { code: 422, body: invalid } });
    const byCluster = statusOf(await asAda(gateway.port, 'POST', TOKENS, { vm: 'demo', duration: '1d' }));
    for (const status of [byUs, byCluster]) {
      expect(status).toMatchObject({ code: 422, reason: 'Invalid', details: { causes: [{ field: 'spec.duration' }] } });
    }
  });

  it('row 8: a JWT is refused at once where the GateServer of the namespace stores none; a link is not', async () => {
    const items = [{ metadata: {}, spec: { route: 'gate.other.example.com', 'store-tokens': false } }];
    serveUsers(cluster, { ...DRY, 'GET /other/gateservers': { code: 200, body: { metadata: {}, items } } });
    const said =
      'The gateway of namespace other issues no JWTs: store-tokens is false in its GateServer. Leave out ?token=true to get a link instead.';
    const asked = cluster.api.seen.length;
    const other = '/namespaces/other/gatetokens';
    const reply = await asAda(gateway.port, 'POST', `${other}?token=true`, { urls: [PODS] });
    expect(statusOf(reply)).toMatchObject({ kind: 'Status', code: 409, reason: 'Conflict', message: said });
    expect(cluster.api.seen.slice(asked).map(({ method }) => method)).not.toContain('POST');
    expect(await check({ urls: [PODS] }, 'other', '?token=true')).toMatchObject({ allowed: false, problems: [said] });
    for (const query of ['', '?token=false']) {
      expect(await check({ urls: [PODS] }, 'other', query)).toMatchObject({ allowed: true, problems: [] });
    }
  });

  it('409 in a namespace without a GateServer: nothing is made', async () => {
    serveUsers(cluster, { 'GET /empty/gateservers': { code: 200, body: { metadata: {}, items: [] } } });
    const before = cluster.api.objects.list('gatetokens').length;
    const reply = await asAda(gateway.port, 'POST', '/namespaces/empty/gatetokens', { vm: 'demo' });
    expect(statusOf(reply)).toMatchObject({ kind: 'Status', code: 409 });
    expect(statusOf(reply).message).toContain('Namespace empty has no GateServer');
    expect(cluster.api.objects.list('gatetokens').length).toBe(before);
  });
});

describe('GET, DELETE gatetokens, POST revoke', () => {
  it('lists and tells one without what opens it', async () => {
    serveUsers(cluster);
    const grant = await cluster.grant();
    await cluster.grant({ 'link-hash': 'HASH-OF-A-CODE' });
    const list = await asAda(gateway.port, 'GET', TOKENS);
    const one = await asAda(gateway.port, 'GET', `${TOKENS}/${grant.metadata.name}`);
    expect((JSON.parse(list.body) as GateTokenViewList).items.map(({ name }) => name)).toContain(grant.metadata.name);
    expect(JSON.parse(one.body)).toMatchObject({ name: grant.metadata.name, vm: 'demo', phase: 'Ready' });
    expect(list.body + one.body).not.toMatch(/HASH-OF|eyJ/);
  });

  it('revokes and deletes as the user', async () => {
    serveUsers(cluster);
    const path = `${TOKENS}/${(await cluster.grant()).metadata.name}`;
    expect((await asAda(gateway.port, 'POST', `${path}/revoke`)).status).toBe(200);
    expect(cluster.api.forwarded.at(-1)).toMatchObject({ method: 'PATCH', headers: { authorization: 'Bearer ada' } });
    expect((await asAda(gateway.port, 'DELETE', path)).status).toBe(204);
    expect((await asAda(gateway.port, 'DELETE', path)).status).toBe(404);
    expect((await asAda(gateway.port, 'GET', `${TOKENS}/No_Name`)).status).toBe(400);
  });
});
