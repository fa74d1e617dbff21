import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configMap, MAPS, merge, TestServer, thing, thingCrd, THINGS } from '../server.fixture.js';

describe('objects', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start();
    await server.post('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', thingCrd);
  });

  afterAll(() => server.stop());

  it('makes, reads, replaces and deletes', async () => {
    const made = await server.post(MAPS, configMap('crud', { a: '1' }));
    expect(made.metadata).toMatchObject({ name: 'crud', namespace: 'default' });
    expect(made.metadata.uid).toMatch(/^[0-9a-f-]{36}$/);
    expect(made.metadata.creationTimestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    const changed = await server.put(`${MAPS}/crud`, { ...made, data: { a: '2' } });
    expect(changed['data']).toEqual({ a: '2' });
    const stale = await server.put(`${MAPS}/crud`, { ...made, data: { a: '3' } });
    expect(stale).toMatchObject({
      code: 409,
      reason: 'Conflict',
      message:
        'Operation cannot be fulfilled on configmaps "crud": the object has been modified; ' +
        'please apply your changes to the latest version and try again',
    });
    expect(await server.delete(`${MAPS}/crud`)).toMatchObject({
      kind: 'Status',
      status: 'Success',
      details: { name: 'crud', kind: 'configmaps', uid: made.metadata.uid },
    });
    expect(await server.get(`${MAPS}/crud`)).toMatchObject({
      code: 404,
      reason: 'NotFound',
      message: 'configmaps "crud" not found',
      details: { name: 'crud', kind: 'configmaps' },
    });
  });

  it('says why a name is invalid', async () => {
    const answer = await server.post(MAPS, configMap('No_Name'));
    expect(answer.code).toBe(422);
    expect(answer.message).toContain(
      'ConfigMap "No_Name" is invalid: metadata.name: Invalid value: "No_Name": must be a lowercase',
    );
    expect((await server.post(MAPS, configMap(''))).message).toBe(
      'ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required',
    );
  });

  it('makes names from generateName', async () => {
    const made = await server.post(MAPS, { metadata: { generateName: 'gen-' } });
    expect(made.metadata.name).toMatch(/^gen-[a-z0-9]{5}$/);
  });

  it('needs the namespace', async () => {
    expect(await server.post('/api/v1/namespaces/nowhere/configmaps', configMap('a'))).toMatchObject({
      code: 404,
      message: 'namespaces "nowhere" not found',
    });
    expect(await server.post(MAPS, configMap('a', {}, { namespace: 'other' }))).toMatchObject({
      code: 400,
      message: 'the namespace of the provided object does not match the namespace sent on the request',
    });
    expect(await server.post('/api/v1/configmaps', configMap('a'))).toMatchObject({ code: 405 });
  });

  it('refuses what exists already', async () => {
    await server.post(MAPS, configMap('twice'));
    expect(await server.post(MAPS, configMap('twice'))).toMatchObject({
      code: 409,
      reason: 'AlreadyExists',
      message: 'configmaps "twice" already exists',
    });
  });

  it('writes nothing where nothing changed, and nothing on a dry run', async () => {
    const made = await server.post(MAPS, configMap('still', { a: '1' }));
    const again = await server.put(`${MAPS}/still`, made);
    expect(again.metadata.resourceVersion).toBe(made.metadata.resourceVersion);
    await server.ask('PATCH', `${MAPS}/still?dryRun=All`, { data: { a: '2' } }, { type: merge });
    await server.delete(`${MAPS}/still?dryRun=All`);
    await server.post(`${MAPS}?dryRun=All`, configMap('dry'));
    expect((await server.get(`${MAPS}/still`))['data']).toEqual({ a: '1' });
    expect((await server.get(`${MAPS}/dry`)).code).toBe(404);
  });

  it('keeps spec and status apart and counts generations', async () => {
    const made = await server.post(THINGS, { ...thing('apart', { size: 2 }), status: { ready: true } });
    expect(made.status).toBeUndefined();
    expect(made.metadata.generation).toBe(1);
    const path = `${THINGS}/apart`;
    const status = await server.put(`${path}/status`, { ...made, spec: { size: 9 }, status: { ready: true } });
    expect(status).toMatchObject({ spec: { size: 2 }, status: { ready: true }, metadata: { generation: 1 } });
    const spec = await server.patch(path, { spec: { size: 3 }, status: { ready: false } });
    expect(spec).toMatchObject({ spec: { size: 3 }, status: { ready: true }, metadata: { generation: 2 } });
    expect((await server.patch(path, { metadata: { labels: { a: 'b' } } })).metadata.generation).toBe(2);
  });

  it('defaults, prunes and judges custom resources', async () => {
    const made = await server.post(THINGS, thing('schema', { name: 'x', unknown: 1 }));
    expect(made.spec).toEqual({ size: 1, name: 'x' });
    expect(await server.patch(`${THINGS}/schema`, { spec: { size: 0 } })).toMatchObject({
      code: 422,
      reason: 'Invalid',
      message:
        'Thing.example.org "schema" is invalid: spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1',
    });
    expect((await server.patch(`${THINGS}/schema`, { spec: { name: 'y' } })).code).toBe(422);
    const strict = await server.post(`${THINGS}?fieldValidation=Strict`, thing('strict', { unknown: 1 }));
    expect(strict.code).toBe(400);
    expect(strict.message).toContain('unknown field "spec.unknown"');
  });

  it('keeps what finalizers hold until the last lets go', async () => {
    await server.post(MAPS, configMap('held', {}, { finalizers: ['example.org/hold'] }));
    const marked = await server.delete(`${MAPS}/held`);
    expect(marked.kind).toBe('ConfigMap');
    expect(marked.metadata.deletionTimestamp).toBeDefined();
    await server.patch(`${MAPS}/held`, { metadata: { finalizers: [] } });
    expect((await server.get(`${MAPS}/held`)).code).toBe(404);
  });

  it('marks for the garbage collector, and minds preconditions', async () => {
    const made = await server.post(MAPS, configMap('owner'));
    const other = { preconditions: { uid: '11111111-1111-1111-1111-111111111111' } };
    expect(await server.delete(`${MAPS}/owner`, other)).toMatchObject({ code: 409, reason: 'Conflict' });
    const marked = await server.delete(`${MAPS}/owner`, {
      propagationPolicy: 'Foreground',
      preconditions: { uid: made.metadata.uid },
    });
    expect(marked.metadata.finalizers).toEqual(['foregroundDeletion']);
  });

  it('lists by labels and fields, deletes collections', async () => {
    for (const tier of ['front', 'back', 'none']) {
      await server.post(MAPS, configMap(`sel-${tier}`, {}, { labels: { tier, sel: 'yes' } }));
    }
    const names = async (query: string): Promise<string[]> =>
      (await server.get(`${MAPS}?${query}`)).items.map(({ metadata }) => metadata.name);
    const labels = (selector: string): string => `labelSelector=${encodeURIComponent(selector)}`;
    expect(await names(labels('sel=yes,tier in (front,back)'))).toEqual(['sel-back', 'sel-front']);
    expect(await names(labels('sel,tier notin (front,back)'))).toEqual(['sel-none']);
    expect(await names(`${labels('sel')}&fieldSelector=metadata.name%3Dsel-none`)).toEqual(['sel-none']);
    expect(await names(labels('sel,!tier'))).toEqual([]);
    expect((await server.get(`${MAPS}?fieldSelector=spec.x%3D1`)).message).toBe('field label not supported: spec.x');
    await server.delete(`${MAPS}?${labels('sel')}`);
    expect(await names(labels('sel'))).toEqual([]);
  });

  it('gives a pod on a node its grace, one without a node none', async () => {
    const pods = '/api/v1/namespaces/default/pods';
    const spec = { containers: [{ name: 'c', image: 'x' }] };
    await server.post(pods, { metadata: { name: 'free' }, spec });
    expect((await server.delete(`${pods}/free`)).kind).toBe('Pod');
    expect((await server.get(`${pods}/free`)).code).toBe(404);
    await server.post(pods, { metadata: { name: 'bound' }, spec: { ...spec, nodeName: 'local' } });
    const marked = await server.delete(`${pods}/bound`);
    expect(marked.metadata.deletionGracePeriodSeconds).toBe(30);
    await server.delete(`${pods}/bound`, { gracePeriodSeconds: 0 });
    expect((await server.get(`${pods}/bound`)).code).toBe(404);
  });

  it('closes a namespace for new content and lets go when it is finalized', async () => {
    await server.post('/api/v1/namespaces', { metadata: { name: 'closing' } });
    const marked = await server.delete('/api/v1/namespaces/closing');
    expect(marked).toMatchObject({ status: { phase: 'Terminating' }, spec: { finalizers: ['kubernetes'] } });
    expect(await server.post('/api/v1/namespaces/closing/configmaps', configMap('late'))).toMatchObject({
      code: 403,
      message:
        'configmaps "late" is forbidden: unable to create new content in namespace closing because it is being terminated',
      details: { causes: [{ reason: 'NamespaceTerminating' }] },
    });
    await server.put('/api/v1/namespaces/closing/finalize', { ...marked, spec: { finalizers: [] } });
    expect((await server.get('/api/v1/namespaces/closing')).code).toBe(404);
  });

  it('removes the instances with their CRD', async () => {
    const crd = structuredClone(thingCrd);
    crd.metadata.name = 'gones.example.org';
    Object.assign(crd.spec.names, { plural: 'gones', singular: 'gone', kind: 'Gone' });
    const crds = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
    await server.post(crds, crd);
    const path = '/apis/example.org/v1/namespaces/default/gones';
    await server.post(path, { metadata: { name: 'g', finalizers: ['example.org/hold'] } });
    await server.delete(`${crds}/gones.example.org`);
    expect((await server.get(`${path}/g`)).metadata.deletionTimestamp).toBeDefined();
    const watch = await server.watch(`${crds}?watch=true&fieldSelector=metadata.name%3Dgones.example.org`);
    await watch.next();
    await server.patch(`${path}/g`, { metadata: { finalizers: null } });
    expect((await watch.next())?.type).toBe('DELETED');
    watch.end();
    expect((await server.raw('GET', path)).code).toBe(404);
  });

  it('keeps all over a restart', async () => {
    const made = await server.post(THINGS, thing('kept', { size: 4 }));
    await server.close();
    await server.open();
    expect(await server.get(`${THINGS}/kept`)).toEqual(made);
  });

  it('refuses malformed bodies', async () => {
    expect((await server.raw('POST', MAPS, '{"a":')).code).toBe(400);
    expect((await server.raw('POST', MAPS, '[]')).code).toBe(400);
    expect(await server.post(MAPS, { metadata: { name: 'l', labels: { a: 1 } } })).toMatchObject({ code: 400 });
    expect((await server.raw('POST', MAPS, 'x', { type: 'text/plain' })).code).toBe(415);
    expect((await server.raw('POST', MAPS, 'x'.repeat(4 * 1024 * 1024))).code).toBe(413);
    expect(await server.post(MAPS, { kind: 'Secret', metadata: { name: 'k' } })).toMatchObject({ code: 400 });
    expect((await server.raw('PUT', `${MAPS}/x`, configMap('y'))).code).toBe(400);
  });
});
