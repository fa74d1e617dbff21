import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { applyYaml, configMap, MAPS, TestServer, thing, thingCrd, THINGS } from '../server.fixture.js';
import { fromFieldsV1, toFieldsV1 } from './field-set.js';

describe('server-side apply', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start();
    await server.post('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', thingCrd);
  });

  afterAll(() => server.stop());

  it('makes an object and notes who owns what', async () => {
    const made = await server.apply(`${MAPS}/made`, configMap('made', { a: '1' }), 'one');
    expect(made.metadata.managedFields).toMatchObject([
      { manager: 'one', operation: 'Apply', apiVersion: 'v1', fieldsV1: { 'f:data': { 'f:a': {} } } },
    ]);
    const again = await server.apply(`${MAPS}/made`, configMap('made', { a: '1' }), 'one');
    expect(again.metadata.resourceVersion).toBe(made.metadata.resourceVersion);
  });

  it('takes YAML, and needs a manager', async () => {
    const yaml = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: yaml}\ndata: {a: "1"}\n';
    const path = `${MAPS}/yaml`;
    expect((await server.ask('PATCH', `${path}?fieldManager=m`, yaml, { type: applyYaml }))['data']).toEqual({
      a: '1',
    });
    expect(await server.ask('PATCH', path, yaml, { type: applyYaml })).toMatchObject({
      code: 422,
      message: 'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
    });
  });

  it('removes a field that its applier dropped, but not what others own', async () => {
    const path = `${MAPS}/drop`;
    await server.apply(path, configMap('drop', { a: '1', b: '2', c: '3' }), 'one');
    await server.apply(path, configMap('drop', { b: '2' }), 'two');
    const after = await server.apply(path, configMap('drop', { a: '1' }), 'one');
    expect(after['data']).toEqual({ a: '1', b: '2' });
  });

  it('refuses to take a field from another manager, unless forced', async () => {
    const path = `${MAPS}/fight`;
    await server.apply(path, configMap('fight', { a: '1' }), 'one');
    const refused = await server.apply(path, configMap('fight', { a: '2' }), 'two');
    expect(refused).toMatchObject({
      code: 409,
      reason: 'Conflict',
      message: 'Apply failed with 1 conflict: conflict with "one": .data.a',
      details: { causes: [{ reason: 'FieldManagerConflict', message: 'conflict with "one"', field: '.data.a' }] },
    });
    const forced = await server.apply(path, configMap('fight', { a: '2' }), 'two', true);
    expect(forced['data']).toEqual({ a: '2' });
    expect(forced.metadata.managedFields?.map(({ manager }) => manager)).toEqual(['two']);
  });

  it('names the writer of an ordinary update in a conflict', async () => {
    const path = `${MAPS}/updated`;
    await server.post(`${MAPS}?fieldManager=editor`, configMap('updated', { a: '1', b: '1' }));
    const refused = await server.apply(path, configMap('updated', { a: '2', b: '2' }), 'one');
    expect(refused.message).toBe(
      'Apply failed with 2 conflicts: conflicts with "editor" using v1:\n- .data.a\n- .data.b',
    );
  });

  it('gives a field to the manager that updates it', async () => {
    const path = `${MAPS}/given`;
    await server.apply(path, configMap('given', { a: '1' }), 'one');
    await server.ask(
      'PATCH',
      `${path}?fieldManager=editor`,
      { data: { a: '9' } },
      { type: 'application/merge-patch+json' },
    );
    const refused = await server.apply(path, configMap('given', { a: '1' }), 'one');
    expect(refused.message).toContain('conflict with "editor" using v1: .data.a');
  });

  it('merges lists by their keys, as the schema says', async () => {
    const path = `${THINGS}/lists`;
    await server.apply(path, thing('lists', { parts: [{ type: 'a', value: '1' }] }), 'one');
    const both = await server.apply(path, thing('lists', { parts: [{ type: 'b', value: '2' }] }), 'two');
    expect(both.spec?.['parts']).toEqual([
      { type: 'a', value: '1' },
      { type: 'b', value: '2' },
    ]);
    const less = await server.apply(path, thing('lists', { parts: [] }), 'one');
    expect(less.spec?.['parts']).toEqual([{ type: 'b', value: '2' }]);
  });

  it('owns the status through its own door alone', async () => {
    const path = `${THINGS}/state`;
    await server.apply(path, { ...thing('state', { size: 2 }), status: { a: 1 } }, 'one');
    const status = await server.apply(`${path}/status`, { ...thing('state', { size: 9 }), status: { a: 1 } }, 'two');
    expect(status).toMatchObject({ spec: { size: 2 }, status: { a: 1 } });
    const entries = status.metadata.managedFields ?? [];
    expect(entries.map(({ manager, subresource }) => [manager, subresource])).toEqual([
      ['one', undefined],
      ['two', 'status'],
    ]);
    expect(entries[1]?.fieldsV1).toEqual({ 'f:status': { 'f:a': {} } });
  });

  it('keeps a container that others share when its applier drops a variable', async () => {
    const path = '/apis/apps/v1/namespaces/default/deployments/d';
    const deployment = (container: object): object => ({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'd' },
      spec: {
        selector: { matchLabels: { a: 'b' } },
        template: { metadata: { labels: { a: 'b' } }, spec: { containers: [container] } },
      },
    });
    const env = [
      { name: 'A', value: '1' },
      { name: 'B', value: '2' },
    ];
    await server.apply(path, deployment({ name: 'c', image: 'x', env }), 'one');
    const less = await server.apply(path, deployment({ name: 'c', image: 'x', env: env.slice(1) }), 'one');
    const { template } = less.spec as { template: { spec: { containers: { env: unknown }[] } } };
    expect(template.spec.containers[0]).toMatchObject({ name: 'c', env: [{ name: 'B', value: '2' }] });
  });

  it('refuses a field that the schema does not know', async () => {
    expect(await server.apply(`${THINGS}/odd`, thing('odd', { bogus: 1 }), 'one')).toMatchObject({
      code: 400,
      message: 'failed to create typed patch object: .spec.bogus: field not declared in schema',
    });
  });

  it('writes FieldsV1 that it reads again', () => {
    const fields = {
      'f:metadata': { 'f:labels': { '.': {}, 'f:a': {} } },
      'f:spec': { 'f:parts': { 'k:{"type":"a"}': { '.': {}, 'f:type': {} } }, 'f:set': { 'v:"x"': {} } },
    };
    expect(toFieldsV1(fromFieldsV1(fields))).toEqual(fields);
  });
});
