import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { API_VERSION, type GateToken } from '#libs/api';
import { type KubeObject, types } from '#libs/kube';
import { accountWith } from '../support/accounts.js';
import { adminClient } from '../support/admin.js';
import { cluster } from '../support/cluster.js';
import { gateway } from '../support/gateway.js';
import { kubectl, kubectlFails, kubectlOk } from '../support/kubectl.js';
import { CUT, rawRequest } from '../support/raw-request.js';
import { until } from '../support/until.js';

const GROUP = '/apis/kubegateway.kubevirt.io';
const NAME = 'raw';
const admin = adminClient();
const { namespace } = cluster();
const TOKENS = `${GROUP}/v1beta1/namespaces/${namespace}/gatetokens`;
const VNC = `/apis/subresources.kubevirt.io/v1/namespaces/${namespace}/virtualmachineinstances/demo/vnc`;
const ACCOUNT = `system:serviceaccount:${namespace}:raw-requests`;
const [OWN, WIDER] = [JSON.stringify([VNC]), JSON.stringify(['*'])];

/** May create GateTokens, and see the screen of demo. */
let account: Awaited<ReturnType<typeof accountWith>>;

beforeAll(async () => {
  account = await accountWith('raw-requests', {
    gatetokens: 'create get update patch delete',
    'virtualmachineinstances/vnc[demo]': 'get',
  });
});
afterEach(() => kubectl('delete gatetokens --all'));
afterAll(() => account?.remove());

const send = (body: string, query = '', headers?: string[]) =>
  rawRequest({ path: `${TOKENS}${query}`, token: account.token, body, ...(headers && { headers }) });
const found = () => admin.get<GateToken>(types.gateTokens, NAME, namespace);
const manifest = (spec: string, metadata = `"name":"${NAME}"`, more = ''): string =>
  `{"apiVersion":"${API_VERSION}","kind":"GateToken","metadata":{${metadata}},"spec":${spec}${more}}`;

/** The grant is what its issuer may give, in their name. */
async function expectOwn(): Promise<GateToken> {
  await kubectlOk(`wait gatetoken/${NAME} --for=condition=Ready --timeout=15s`);
  const token = await found();
  expect(token.spec.urls).toEqual([VNC]);
  expect([token.spec.issuer?.username, token.status?.issuer]).toEqual([ACCOUNT, ACCOUNT]);
  return token;
}

/** An answer that says so, or none: it may cut the connection of what it cannot read. */
async function expectRefused({ status, body }: { status: number; body: string }): Promise<void> {
  if (status !== CUT) {
    expect([Math.floor(status / 100), body]).toEqual([4, expect.stringContaining('"Failure"')]);
  }
  expect(await kubectlFails(`get gatetoken ${NAME}`)).toContain('not found');
}

describe('security row 13: what is judged is what is stored', () => {
  it.each([
    ['two lists of URLs, the wider last', manifest(`{"urls":${OWN},"urls":${WIDER}}`)],
    ['two specs, the wider last', manifest(`{"urls":${OWN}},"spec":{"urls":${WIDER}}`)],
  ])('%s: refused', async (_what, body) => {
    const answer = await send(body);
    await expectRefused(answer);
    expect(answer.body).toContain(`user ${ACCOUNT} cannot get all resources`);
  });

  it.each([
    ['two lists of URLs, the wider first', manifest(`{"urls":${WIDER},"urls":${OWN}}`)],
    ['fields in other cases', manifest(`{"urls":${OWN},"URLs":${WIDER},"Urls":${WIDER}}`)],
    ['a status', manifest(`{"urls":${OWN}}`, undefined, ',"status":{"phase":"Ready","issuer":"boss","data":{}}')],
    ['two issuers', manifest(`{"urls":${OWN},"issuer":{"username":"boss"},"issuer":{"username":"root"}}`)],
  ])('%s: nothing more is stored', async (_what, body) => {
    expect((await send(body)).status).toBe(201);
    const token = await expectOwn();
    expect(JSON.stringify(token.spec)).not.toMatch(/\*|boss|root/);
  });

  it.each(['?fieldValidation=Ignore', '?fieldManager=kube-gateway-operator', '?dryRun=All', '?pretty=true&force=true'])(
    'a wider grant with %s: refused',
    async (query) => expectRefused(await send(manifest(`{"urls":${WIDER}}`), query)),
  );

  it.each(['application/yaml', 'application/cbor', 'application/vnd.kubernetes.protobuf', 'text/plain'])(
    'a wider grant as %s: refused',
    async (type) => expectRefused(await send(manifest(`{"urls":${WIDER}}`), '', ['content-type', type])),
  );

  it.each<[string, unknown]>([
    ['no spec', undefined],
    ['spec: null', null],
    ['a spec that is a list', []],
    ['a spec that is a string', 'urls: [*]'],
    ['an issuer that is a number', { urls: [VNC], issuer: 7, vm: 'stopped' }],
    ['urls that are an object', { urls: { 0: '*' } }],
  ])('%s: refused, without validation too', async (_what, spec) => {
    const body = JSON.stringify({ apiVersion: API_VERSION, kind: 'GateToken', metadata: { name: NAME }, spec });
    await expectRefused(await send(body, '?fieldValidation=Ignore'));
    await kubectlFails(['create', '--validate=false', '-f', '-', '--token', account.token], { input: body });
  });
});

describe('security row 13: metadata that somebody chose', () => {
  const NOBODY = '00000000-0000-4000-8000-000000000000';

  it('neither UID nor times are taken over, and nobody passes for the operator', async () => {
    const server = await admin.get<KubeObject>(types.gateServers, 'gateserver-sample', namespace);
    const owner = { apiVersion: API_VERSION, kind: 'GateServer', name: 'gateserver-sample', uid: server.metadata.uid };
    const managed = { 'f:spec': { 'f:urls': {} }, 'f:status': { 'f:phase': {}, 'f:token': {} } };
    const metadata = {
      name: NAME,
      uid: NOBODY,
      generation: 99,
      creationTimestamp: '2020-01-01T00:00:00Z',
      deletionTimestamp: '2020-01-01T00:00:00Z',
      labels: { 'app.kubernetes.io/managed-by': 'kube-gateway-operator' },
      ownerReferences: [{ ...owner, controller: true, blockOwnerDeletion: true }],
      managedFields: [
        {
          manager: 'kube-gateway-operator',
          operation: 'Apply',
          apiVersion: API_VERSION,
          time: '2020-01-01T00:00:00Z',
          fieldsType: 'FieldsV1',
          fieldsV1: managed,
        },
      ],
    };
    const from = Math.floor(Date.now() / 1000) * 1000;
    const answer = await send(
      manifest(`{"urls":${OWN}}`, JSON.stringify(metadata).slice(1, -1)),
      '?fieldManager=kube-gateway-operator',
    );
    expect([answer.status, answer.body]).toEqual([201, expect.any(String)]);
    const token = await expectOwn();
    expect(token.metadata.uid).not.toBe(NOBODY);
    expect(token.metadata).not.toHaveProperty('deletionTimestamp');
    expect(Date.parse(token.metadata.creationTimestamp ?? '')).toBeGreaterThanOrEqual(from);
    expect(token.status?.token).toMatch(/^ey/);
  });

  it('in another namespace than that of the path: refused', async () => {
    const elsewhere = `"name":"${NAME}","namespace":"default"`;
    await expectRefused(await send(manifest(`{"urls":${OWN}}`, elsewhere)));
  });

  it('a finalizer keeps the object, and not the grant (row 10)', async () => {
    const held = `"name":"${NAME}","finalizers":["example.com/mine"]`;
    expect((await send(manifest(`{"urls":${OWN}}`, held))).status).toBe(201);
    const { status } = await expectOwn();
    const set = async () => (await gateway(`/auth/jwt/set?token=${status?.token ?? ''}`)).status;
    await until('it opens', async () => (await set()) === 302);
    await kubectlOk(`delete gatetoken ${NAME} --wait=false`);
    await until('it is over', async () => (await set()) === 410, 3000);
    expect((await found()).metadata.deletionTimestamp).toBeDefined();
    const patch = ['patch', 'gatetoken', NAME, '--type=json', '-p', '[{"op":"remove","path":"/metadata/finalizers"}]'];
    await kubectlOk(patch);
    expect(await kubectlFails(`get gatetoken ${NAME}`)).toContain('not found');
  });
});

describe('security row 13: a GateToken that is there', () => {
  const JSON_PATCH = ['content-type', 'application/json-patch+json'];
  const patch = (operations: object[]) =>
    rawRequest({
      path: `${TOKENS}/${NAME}`,
      token: account.token,
      method: 'PATCH',
      headers: JSON_PATCH,
      body: JSON.stringify(operations),
    });

  it.each<[string, object]>([
    ['/spec/urls/0', { op: 'replace', value: '*' }],
    ['/spec/urls/-', { op: 'add', value: '*' }],
    ['/spec/issuer', { op: 'remove' }],
    ['/spec/issuer/username', { op: 'replace', value: 'boss' }],
    ['/spec/issuer/groups/-', { op: 'add', value: 'system:masters' }],
    ['/spec/issuer/seal', { op: 'replace', value: 'v1.1.x' }],
    ['/spec', { op: 'replace', value: { urls: ['*'] } }],
    ['/metadata/name', { op: 'replace', value: 'other' }],
    ['/metadata/uid', { op: 'replace', value: NAME }],
  ])('%s cannot be patched: %j', async (path, operation) => {
    expect((await send(manifest(`{"urls":${OWN}}`))).status).toBe(201);
    const { metadata, spec } = await expectOwn();
    const answer = await patch([{ path, ...operation }]);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    const now = await found();
    expect([now.metadata.uid, now.spec]).toEqual([metadata.uid, spec]);
  });

  it('nor its status with it', async () => {
    expect((await send(manifest(`{"urls":${OWN}}`))).status).toBe(201);
    const { status } = await expectOwn();
    await patch([{ op: 'replace', path: '/status/data/exp', value: 4_000_000_000 }]);
    expect((await found()).status).toEqual(status);
  });

  it('is not created by an update', async () => {
    const answer = await rawRequest({
      path: `${TOKENS}/${NAME}`,
      token: account.token,
      method: 'PUT',
      body: manifest(`{"urls":${OWN}}`),
    });
    expect(answer.status).toBe(404);
    await expectRefused(answer);
  });
});
