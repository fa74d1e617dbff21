import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { configMap, MAPS, TestServer, thing, thingCrd, THINGS } from '../../server.fixture.js';
import { HookServer } from './fixture.js';

const LABELS = { labels: { hook: 'yes' } };
let server: TestServer;
let hooks: HookServer;

beforeAll(async () => {
  [server, hooks] = await Promise.all([TestServer.start(), HookServer.start()]);
  await server.post('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', thingCrd);
  await server.post('/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations', {
    metadata: { name: 'one' },
    webhooks: [hooks.hook('/one')],
  });
});
afterAll(async () => {
  await server.stop();
  await hooks.stop();
});

describe('a mutating webhook', () => {
  it('writes no status through the object and no spec through the status', async () => {
    hooks.answer('/one', { patch: [{ op: 'add', path: '/status', value: { by: 'hook' } }] });
    expect((await server.post(THINGS, thing('apart', { size: 1 }, LABELS))).status).toBeUndefined();
    expect((await server.patch(`${THINGS}/apart`, { spec: { size: 2 } })).status).toBeUndefined();
    hooks.answer('/one', {
      patch: [
        { op: 'add', path: '/spec/size', value: 9 },
        { op: 'add', path: '/status/by', value: 'hook' },
      ],
    });
    const written = await server.patch(`${THINGS}/apart/status`, { status: { ready: true } });
    expect(written).toMatchObject({ spec: { size: 2 }, status: { ready: true, by: 'hook' } });
  });

  it('changes nothing by which an object is known', async () => {
    hooks.answer('/one', {});
    const made = await server.post(MAPS, configMap('known', {}, LABELS));
    const patched = async (field: string, value: string): Promise<unknown> => {
      hooks.answer('/one', { patch: [{ op: 'replace', path: `/metadata/${field}`, value }] });
      const { code, message } = await server.patch(`${MAPS}/known`, { data: { [field]: value } });
      return [code, message?.split(': ').at(-1)];
    };
    expect(await patched('uid', 'other')).toEqual([422, 'field is immutable']);
    expect(await patched('name', 'other')).toEqual([422, 'field is immutable']);
    expect((await patched('namespace', 'other')) as unknown[]).toContain(400);
    expect((await patched('resourceVersion', '1')) as unknown[]).toContain(409);
    hooks.answer('/one', {});
    expect(await server.get(`${MAPS}/known`)).toEqual(made);
  });
});
