import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { configMap, MAPS, TestServer } from '../../server.fixture.js';
import { type Fields } from '../../types.js';
import { HookServer, type Response } from './fixture.js';

const GROUP = '/apis/admissionregistration.k8s.io/v1';
const LABELS = { labels: { hook: 'yes' } };
let server: TestServer;
let hooks: HookServer;

beforeAll(async () => {
  [server, hooks] = await Promise.all([TestServer.start(), HookServer.start()]);
});
afterAll(async () => {
  await server.stop();
  await hooks.stop();
});
afterEach(async () => {
  for (const kind of ['mutating', 'validating']) await server.delete(`${GROUP}/${kind}webhookconfigurations`);
  await server.delete(MAPS);
  hooks.take();
});

type Kind = 'Mutating' | 'Validating';

async function configure(kind: Kind, ...webhooks: Fields[]): Promise<void> {
  const body = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: `${kind}WebhookConfiguration`,
    metadata: { name: `c${hooks.seen.length}` },
    webhooks,
  };
  expect(await server.post(`${GROUP}/${kind.toLowerCase()}webhookconfigurations`, body)).not.toHaveProperty('code');
}

/** One webhook that answers so. */
async function hook(kind: Kind, response: Response, more: Fields = {}): Promise<void> {
  hooks.answer('/one', response);
  await configure(kind, hooks.hook('/one', more));
}

const labelled = (name: string, data: Record<string, string> = {}): object => configMap(name, data, LABELS);

describe('admission reviews', () => {
  it('tell everything about a create, under impersonation the impersonated user', async () => {
    await hook('Validating', {});
    const headers = { 'impersonate-user': 'jane', 'impersonate-group': 'system:masters' };
    await server.post(MAPS, labelled('a', { a: '1' }), { headers });
    const [seen] = hooks.take();
    expect(seen?.url).toBe('/one?timeout=10s');
    expect(seen?.request).toMatchObject({
      kind: { group: '', version: 'v1', kind: 'ConfigMap' },
      resource: { group: '', version: 'v1', resource: 'configmaps' },
      requestKind: { kind: 'ConfigMap' },
      requestResource: { resource: 'configmaps' },
      name: 'a',
      namespace: 'default',
      operation: 'CREATE',
      userInfo: { username: 'jane', groups: ['system:masters', 'system:authenticated'] },
      object: { kind: 'ConfigMap', apiVersion: 'v1', data: { a: '1' } },
      oldObject: null,
      dryRun: false,
    });
  });

  it('go out for updates, patches, applies and deletes', async () => {
    await server.post(MAPS, labelled('a'));
    await hook('Validating', {});
    await server.put(`${MAPS}/a`, labelled('a', { a: '1' }));
    await server.patch(`${MAPS}/a`, { data: { b: '1' } });
    await server.apply(`${MAPS}/b`, { apiVersion: 'v1', ...labelled('b') }, 'me');
    await server.delete(`${MAPS}/a`, { propagationPolicy: 'Background', dryRun: ['All'] });
    await server.delete(MAPS);
    expect(
      hooks.take().map(({ request }) => [request.operation, request['name'], !!request.object, !!request.oldObject]),
    ).toEqual([
      ['UPDATE', 'a', true, true],
      ['UPDATE', 'a', true, true],
      ['CREATE', 'b', true, false],
      ['DELETE', 'a', false, true],
      ['DELETE', undefined, false, true],
      ['DELETE', undefined, false, true],
    ]);
  });

  it('are not sent for the configurations themselves, nor for questions about access', async () => {
    await hook('Validating', { allowed: false }, { objectSelector: {} });
    await configure('Mutating');
    const review = { spec: { nonResourceAttributes: { path: '/', verb: 'get' } } };
    await server.post('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', review);
    expect(hooks.take()).toEqual([]);
  });

  it('come only where rules and selectors match', async () => {
    const rule = { operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] };
    const asked = async (more: Fields): Promise<number> => {
      await hook('Validating', {}, more);
      await server.post(`${MAPS}?dryRun=All`, labelled('a'));
      await server.delete(`${GROUP}/validatingwebhookconfigurations`);
      return hooks.take().length;
    };
    const inDefault = { matchLabels: { 'kubernetes.io/metadata.name': 'default' } };
    expect(await asked({ rules: [rule] })).toBe(1);
    expect(await asked({ rules: [{ ...rule, operations: ['UPDATE'] }] })).toBe(0);
    expect(await asked({ rules: [{ ...rule, apiGroups: ['apps'] }] })).toBe(0);
    expect(await asked({ rules: [{ ...rule, resources: ['configmaps/status'] }] })).toBe(0);
    expect(await asked({ rules: [{ ...rule, scope: 'Cluster' }] })).toBe(0);
    expect(await asked({ rules: [{ ...rule, scope: 'Namespaced' }] })).toBe(1);
    expect(await asked({ namespaceSelector: inDefault })).toBe(1);
    expect(await asked({ namespaceSelector: { matchLabels: { no: 'such' } } })).toBe(0);
    expect(await asked({ objectSelector: { matchLabels: { no: 'such' } } })).toBe(0);
  });
});

describe('a refusal', () => {
  it.each<[Response, number, string]>([
    [{}, 400, ' without explanation'],
    [{ status: { message: 'no way' } }, 400, ': no way'],
    [{ status: { reason: 'Why' } }, 400, ': Why'],
    [{ status: { code: 422, message: 'bad', reason: 'Invalid' } }, 422, ': bad'],
    [{ status: { code: 200, message: 'odd' } }, 400, ': odd'],
  ])('%j', async (response, code, words) => {
    await hook('Validating', { allowed: false, ...response });
    expect(await server.post(MAPS, labelled('a'))).toMatchObject({
      code,
      message: `admission webhook "one.example.org" denied the request${words}`,
    });
    expect(await server.get(`${MAPS}/a`)).toMatchObject({ code: 404 });
  });
});

describe('a call that fails', () => {
  const failure = (why: string): object => ({
    code: 500,
    reason: 'InternalError',
    message: `Internal error occurred: failed calling webhook "one.example.org": ${why}`,
  });
  const url = (): string => `https://127.0.0.1:${hooks.port}/one`;

  it.each<[Response, string]>([
    [{ raw: '{}' }, 'expected an AdmissionReview of admission.k8s.io/v1'],
    [{ uid: 'other' }, 'response.uid is not the uid of the request'],
    [{ patch: [], patchType: 'MergePatch' }, 'response.patchType must be JSONPatch'],
  ])('%j', async (response, why) => {
    await hook('Validating', response);
    expect(await server.post(MAPS, labelled('a'))).toMatchObject(failure(why));
  });

  it.each<[Response, string]>([
    [{ raw: 'oops', code: 500 }, 'answered 500: oops'],
    [{ raw: '', code: 404 }, 'answered 404: without a body'],
  ])('%j', async (response, why) => {
    await hook('Validating', response);
    expect(await server.post(MAPS, labelled('a'))).toMatchObject(failure(`${url()}: ${why}`));
  });

  it('says in time that nobody answers', async () => {
    await hook('Validating', { hang: true }, { timeoutSeconds: 1 });
    expect(await server.post(MAPS, labelled('a'))).toMatchObject(failure(`${url()}: no answer within 1 s`));
  });

  it('says that nobody listens', async () => {
    const gone = await HookServer.start();
    const clientConfig = { url: `https://127.0.0.1:${gone.port}/`, caBundle: gone.caBundle };
    await gone.stop();
    await hook('Validating', {}, { clientConfig });
    const why = `${clientConfig.url}: connect ECONNREFUSED 127.0.0.1:${gone.port}`;
    expect(await server.post(MAPS, labelled('a'))).toMatchObject(failure(why));
  });

  it('does not trust a certificate that has expired', async () => {
    const late = await HookServer.start(new Date('2001-01-01'));
    const clientConfig = { url: `https://127.0.0.1:${late.port}/`, caBundle: late.caBundle };
    await hook('Validating', {}, { clientConfig });
    const answer = await server.post(MAPS, labelled('a'));
    await late.stop();
    expect(answer).toMatchObject(failure(`${clientConfig.url}: certificate has expired`));
  });

  it('trusts the current bundle on every call', async () => {
    const other = await HookServer.start();
    const withBundle = (caBundle: string): object => ({
      metadata: { name: 'bundle' },
      webhooks: [hooks.hook('/one', { clientConfig: { url: url(), caBundle } })],
    });
    const configurations = `${GROUP}/validatingwebhookconfigurations`;
    hooks.answer('/one', {});
    await server.post(configurations, withBundle(hooks.caBundle));
    expect(await server.post(MAPS, labelled('a'))).toHaveProperty('kind', 'ConfigMap');
    await server.patch(`${configurations}/bundle`, withBundle(other.caBundle));
    const answer = await server.post(MAPS, labelled('b'));
    await other.stop();
    expect(answer).toMatchObject({ code: 500 });
    expect(answer.message).toContain('certificate');
    await server.patch(`${configurations}/bundle`, withBundle(hooks.caBundle));
    expect(await server.post(MAPS, labelled('b'))).toHaveProperty('kind', 'ConfigMap');
  });

  it('names the service that is not there, and passes where failures are ignored', async () => {
    const clientConfig = { service: { namespace: 'default', name: 'none' }, caBundle: hooks.caBundle };
    await hook('Validating', {}, { clientConfig });
    const why = 'https://none.default.svc/: service/none in "default" is not present';
    expect(await server.post(MAPS, labelled('a'))).toMatchObject(failure(why));
    await server.delete(`${GROUP}/validatingwebhookconfigurations`);
    await hook('Validating', {}, { clientConfig, failurePolicy: 'Ignore' });
    expect(await server.post(MAPS, labelled('a'))).toHaveProperty('kind', 'ConfigMap');
  });

  it('is none where the service leads to the webhook', async () => {
    const spec = { type: 'ExternalName', externalName: '127.0.0.1' };
    await server.post('/api/v1/namespaces/default/services', { metadata: { name: 'hook' }, spec });
    const service = { namespace: 'default', name: 'hook', path: '/one', port: hooks.port };
    await hook('Validating', { allowed: false }, { clientConfig: { service, caBundle: hooks.caBundle } });
    expect(await server.post(MAPS, labelled('a'))).toMatchObject({ code: 400 });
  });
});

describe('mutating webhooks', () => {
  const put = (value: object): Response => ({ patch: [{ op: 'add', path: '/data', value }] });

  it('change what is stored; the client does not own their fields', async () => {
    await hook('Mutating', put({ z: '1' }));
    const made = await server.post(`${MAPS}?fieldManager=me`, labelled('a'));
    expect(made).toMatchObject({ data: { z: '1' } });
    expect(JSON.stringify(made.metadata.managedFields)).not.toContain('f:data');
  });

  it('are asked by name, each about what those before it made', async () => {
    hooks.answer('/first', {});
    hooks.answer('/second', put({ z: '1' }));
    hooks.answer('/third', {});
    await configure('Mutating', hooks.hook('/first'), hooks.hook('/second'), hooks.hook('/third'));
    await server.post(MAPS, labelled('a'));
    expect(hooks.take().map(({ url, request }) => [url.split('?')[0], request.object?.['data']])).toEqual([
      ['/first', undefined],
      ['/second', undefined],
      ['/third', { z: '1' }],
    ]);
  });

  it('cannot make an object of another kind, nor change one that is being deleted', async () => {
    await server.post(MAPS, labelled('old'));
    await hook('Mutating', { patch: [{ op: 'add', path: '/data', value: 5 }] });
    const made = await server.post(MAPS, labelled('a'));
    expect(made).toMatchObject({ code: 500 });
    expect(made.message).toContain('failed calling webhook "one.example.org"');
    const deleted = await server.delete(`${MAPS}/old`);
    expect(deleted).toMatchObject({ code: 500 });
    expect(deleted.message).toContain('what is deleted cannot be changed');
  });
});

describe('webhook configurations', () => {
  it('get the defaults of Kubernetes', async () => {
    await configure('Mutating', { ...hooks.hook('/one'), objectSelector: undefined });
    const { items } = await server.get(`${GROUP}/mutatingwebhookconfigurations`);
    expect(items[0]).toMatchObject({
      metadata: { generation: 1 },
      webhooks: [
        {
          failurePolicy: 'Fail',
          matchPolicy: 'Equivalent',
          namespaceSelector: {},
          objectSelector: {},
          timeoutSeconds: 10,
          reinvocationPolicy: 'Never',
          rules: [{ scope: '*' }],
        },
      ],
    });
  });

  it('are refused where they ask for what is not served', async () => {
    const more = { matchConditions: [{ name: 'a', expression: 'true' }], admissionReviewVersions: ['v1beta1'] };
    const body = { metadata: { name: 'bad' }, webhooks: [hooks.hook('/one', more)] };
    const answer = await server.post(`${GROUP}/validatingwebhookconfigurations`, body);
    expect(answer.code).toBe(422);
    expect(answer.details?.causes?.map(({ field }) => field)).toEqual([
      'webhooks[0].matchConditions',
      'webhooks[0].admissionReviewVersions',
    ]);
  });
});

describe('dry runs and warnings', () => {
  it('pass on warnings, also with a refusal', async () => {
    await hook('Validating', { warnings: ['careful'] });
    const { warnings } = await server.raw('POST', MAPS, labelled('a'));
    expect(warnings).toEqual(['299 - "careful"']);
  });

  it('are marked as such', async () => {
    await hook('Validating', {}, { sideEffects: 'NoneOnDryRun' });
    expect(await server.post(`${MAPS}?dryRun=All`, labelled('a'))).toHaveProperty('kind', 'ConfigMap');
    expect(hooks.take()[0]?.request).toMatchObject({ dryRun: true });
  });
});
