import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { configMap, MAPS, TestServer, thing, thingCrd, THINGS } from '../../server.fixture.js';
import { type Fields } from '../../types.js';
import { HookServer, type Response } from './fixture.js';

const GROUP = '/apis/admissionregistration.k8s.io/v1';
const LABELS = { labels: { hook: 'yes' } };
let server: TestServer;
let hooks: HookServer;

beforeAll(async () => {
  [server, hooks] = await Promise.all([TestServer.start(), HookServer.start()]);
  await server.post('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', thingCrd);
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
    await server.post(`${MAPS}?fieldManager=me`, labelled('a', { a: '1' }), { headers });
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
      options: { kind: 'CreateOptions', apiVersion: 'meta.k8s.io/v1', fieldManager: 'me' },
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

  it('show the Scale, Binding, Eviction or TokenRequest of a subresource', async () => {
    await hook('Validating', {}, { objectSelector: {} });
    const pods = '/api/v1/namespaces/default/pods';
    const pod = { metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image: 'i' }] } };
    await server.post(pods, pod);
    await server.post(`${pods}/p/binding`, { target: { kind: 'Node', name: 'n' } });
    await server.post(`${pods}/p/eviction`, { metadata: { name: 'p' } });
    await server.post('/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'sa' } });
    await server.post('/api/v1/namespaces/default/serviceaccounts/sa/token', { spec: {} });
    const template = { metadata: { labels: { a: 'b' } }, spec: pod.spec };
    const deployments = '/apis/apps/v1/namespaces/default/deployments';
    const spec = { selector: { matchLabels: { a: 'b' } }, template };
    await server.post(deployments, { metadata: { name: 'd' }, spec });
    await server.patch(`${deployments}/d/scale`, { spec: { replicas: 3 } });
    const kinds = hooks.take().map(({ request }) => [(request['kind'] as Fields)['kind'], request['subResource']]);
    expect(kinds).toEqual([
      ['Pod', undefined],
      ['Binding', 'binding'],
      ['Eviction', 'eviction'],
      ['ServiceAccount', undefined],
      ['TokenRequest', 'token'],
      ['Deployment', undefined],
      ['Scale', 'scale'],
    ]);
  });

  it('are not sent for the configurations themselves, nor for questions about access', async () => {
    await hook('Validating', { allowed: false }, { objectSelector: {} });
    await configure('Mutating');
    const review = { spec: { nonResourceAttributes: { path: '/', verb: 'get' } } };
    await server.post('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', review);
    expect(hooks.take()).toEqual([]);
  });

  it('come only where rules, selectors and conditions match', async () => {
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
    const condition = (expression: string): Fields => ({ matchConditions: [{ name: 'c', expression }] });
    expect(await asked(condition('object.metadata.name == "a" && oldObject == null'))).toBe(1);
    expect(await asked(condition('request.userInfo.username != "admin"'))).toBe(0);
  });

  it('fail with 403 where a condition cannot be told, unless failures are ignored', async () => {
    const matchConditions = [{ name: 'c', expression: 'object.data.x == "1"' }];
    await hook('Validating', { allowed: false }, { matchConditions });
    expect(await server.post(MAPS, labelled('a'))).toMatchObject({
      code: 403,
      message: `configmaps "a" is forbidden: expression 'object.data.x == "1"' resulted in error: no such key: data`,
    });
    await server.delete(`${GROUP}/validatingwebhookconfigurations`);
    await hook('Validating', { allowed: false }, { matchConditions, failurePolicy: 'Ignore' });
    expect(await server.post(MAPS, labelled('a'))).toHaveProperty('kind', 'ConfigMap');
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
  const failure = (why: string): object => {
    const message = `failed calling webhook "one.example.org": ${why}`;
    return {
      code: 500,
      reason: 'InternalError',
      message: `Internal error occurred: ${message}`,
      details: { causes: [{ message }] },
    };
  };
  const url = (): string => `https://127.0.0.1:${hooks.port}/one`;

  it.each<[Response, string]>([
    [{ raw: '{}' }, 'received invalid webhook response: webhook response was absent'],
    [{ patch: [] }, 'received invalid webhook response: validating webhook may not return response.patch'],
    [
      { raw: 'oops', code: 500 },
      'failed to call webhook: an error on the server ("oops") has prevented the request from succeeding',
    ],
    [{ raw: '', code: 404 }, 'failed to call webhook: the server could not find the requested resource'],
    [{ raw: '{"kind":"Status","message":"mine"}', code: 403 }, 'failed to call webhook: mine'],
  ])('%j', async (response, why) => {
    await hook('Validating', response);
    expect(await server.post(MAPS, labelled('a'))).toMatchObject(failure(why));
  });

  it('says in time that nobody answers', async () => {
    await hook('Validating', { hang: true }, { timeoutSeconds: 1 });
    const why = `failed to call webhook: Post "${url()}?timeout=1s": context deadline exceeded`;
    expect(await server.post(MAPS, labelled('a'))).toMatchObject(failure(why));
  });

  it('does not trust a certificate that the bundle does not know', async () => {
    await hook('Validating', {}, { clientConfig: { url: url() } });
    const why = 'tls: failed to verify certificate: x509: certificate signed by unknown authority';
    expect(await server.post(MAPS, labelled('a'))).toMatchObject(
      failure(`failed to call webhook: Post "${url()}?timeout=10s": ${why}`),
    );
  });

  it('names the service that is not there, and passes where failures are ignored', async () => {
    const clientConfig = { service: { namespace: 'default', name: 'none' }, caBundle: hooks.caBundle };
    await hook('Validating', {}, { clientConfig });
    const why = 'failed to call webhook: Post "https://none.default.svc:443/?timeout=10s": service "none" not found';
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

  it('are asked by name, and once more when a later one changed the object', async () => {
    hooks.answer('/first', {});
    hooks.answer('/second', put({ z: '1' }));
    hooks.answer('/third', {});
    const again = { reinvocationPolicy: 'IfNeeded' };
    await configure('Mutating', hooks.hook('/first', again), hooks.hook('/second'), hooks.hook('/third', again));
    await server.post(MAPS, labelled('a'));
    expect(hooks.take().map(({ url, request }) => [url.split('?')[0], request.object?.['data']])).toEqual([
      ['/first', undefined],
      ['/second', undefined],
      ['/third', { z: '1' }],
      ['/first', { z: '1' }],
    ]);
  });

  it('cannot make what is no object of the kind, nor change what is deleted', async () => {
    await server.post(MAPS, labelled('old'));
    await hook('Mutating', { patch: [{ op: 'add', path: '/data', value: 5 }] });
    expect(await server.post(MAPS, labelled('a'))).toMatchObject({
      code: 500,
      message:
        'Internal error occurred: json: cannot unmarshal number into Go struct field ConfigMap.data of type map[string]string',
    });
    const deleted = await server.delete(`${MAPS}/old`);
    expect(deleted).toMatchObject({ code: 500 });
    expect(deleted.message).toContain('attempted to modify the object, which is not supported for this operation');
  });

  it('see another version of the kind when they ask for that, and their changes come back', async () => {
    const v2 = { ...thingCrd.spec.versions[0]!, name: 'v2', storage: false };
    const crd = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/things.example.org';
    await server.patch(crd, { spec: { versions: [thingCrd.spec.versions[0], v2] } });
    const rules = [{ operations: ['CREATE'], apiGroups: ['example.org'], apiVersions: ['v2'], resources: ['things'] }];
    await hook('Mutating', { patch: [{ op: 'add', path: '/spec/size', value: 7 }] }, { rules });
    expect(await server.post(THINGS, thing('t', {}, LABELS))).toMatchObject({
      apiVersion: 'example.org/v1',
      spec: { size: 7 },
    });
    expect(hooks.take()[0]?.request).toMatchObject({
      kind: { version: 'v2' },
      requestKind: { version: 'v1' },
      object: { apiVersion: 'example.org/v2' },
    });
    await server.delete(`${GROUP}/mutatingwebhookconfigurations`);
    await hook('Mutating', {}, { rules, matchPolicy: 'Exact' });
    await server.post(THINGS, thing('u', {}, LABELS));
    expect(hooks.take()).toEqual([]);
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

  it('are refused with every fault', async () => {
    const webhooks = [
      { name: 'bad', clientConfig: {}, rules: [{ operations: ['READ'], resources: ['*', 'pods'] }] },
      hooks.hook('/one', { clientConfig: { url: 'http://x' }, matchConditions: [{ name: 'a', expression: 'foo' }] }),
    ];
    const body = { metadata: { name: 'bad' }, webhooks };
    const answer = await server.post(`${GROUP}/validatingwebhookconfigurations`, body);
    expect(answer.code).toBe(422);
    const faults = answer.details?.causes?.map(({ field, message }) => `${field}: ${message}`);
    expect(faults).toEqual(
      expect.arrayContaining([
        'webhooks[0].name: Invalid value: "bad": should be a domain with at least three segments separated by dots',
        'webhooks[0].rules[0].operations[0]: Unsupported value: "READ": supported values: "*", "CONNECT", "CREATE", "DELETE", "UPDATE"',
        'webhooks[0].rules[0].apiGroups: Required value',
        `webhooks[0].rules[0].resources: Invalid value: ["*","pods"]: if '*' is present, must not specify other resources without subresources`,
        'webhooks[0].sideEffects: Required value: must specify one of None, NoneOnDryRun',
        'webhooks[0].clientConfig: Required value: exactly one of url or service is required',
        'webhooks[0].admissionReviewVersions: Required value: must specify one of v1, v1beta1',
        `webhooks[1].clientConfig.url: Invalid value: "http": 'https' is the only allowed URL scheme; desired format: https://host[/path]`,
        `webhooks[1].matchConditions[0].expression: Invalid value: "foo": compilation failed: ERROR: <input>:1:1: undeclared reference to 'foo' (in container '')\n | foo\n | ^`,
      ]),
    );
  });
});

describe('dry runs and warnings', () => {
  it('pass on warnings, also with a refusal', async () => {
    await hook('Validating', { warnings: ['careful', ''] });
    const { warnings } = await server.raw('POST', MAPS, labelled('a'));
    expect(warnings).toEqual(['299 - "careful"']);
  });

  it('are marked as such', async () => {
    await hook('Validating', {}, { sideEffects: 'NoneOnDryRun' });
    expect(await server.post(`${MAPS}?dryRun=All`, labelled('a'))).toHaveProperty('kind', 'ConfigMap');
    expect(hooks.take()[0]?.request).toMatchObject({ dryRun: true, options: { dryRun: ['All'] } });
  });
});
