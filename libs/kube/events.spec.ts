import { afterEach, expect, it } from 'vitest';
import { isDnsSubdomain } from '#libs/api';
import { KubeClient } from './client.js';
import { EventRecorder } from './events.js';
import { types } from './resources.js';
import { json, TestServer } from './testing/server.js';

let server: TestServer;
afterEach(() => server?.close());

const token = { metadata: { name: 't', namespace: 'n', uid: 'u' } };

it('writes an Event about an object, and counts a repetition up', async () => {
  server = await TestServer.start((req, res, body) => {
    const sent = JSON.parse(body) as object;
    json(res, req.method === 'POST' ? sent : { metadata: { name: 'e', namespace: 'n' }, ...sent });
  });
  const recorder = new EventRecorder(new KubeClient(server.upstream), { component: 'c' });
  recorder.record(token, 'Normal', 'Signed', 'done', types.gateTokens);
  recorder.record(token, 'Normal', 'Signed', 'done', types.gateTokens);
  await recorder.flush();
  const [created, counted] = server.requests.map(({ body }) => JSON.parse(body) as Record<string, unknown>);
  expect(created).toMatchObject({
    involvedObject: { apiVersion: 'kubegateway.kubevirt.io/v1beta1', kind: 'GateToken', name: 't', uid: 'u' },
    reason: 'Signed',
    count: 1,
  });
  expect(counted).toMatchObject({ count: 2 });
});

it.each([
  ['of 253 characters', 'a'.repeat(253)],
  ['that is cut behind a dot', `${'a'.repeat(235)}.${'b'.repeat(17)}`],
  ['that is cut behind dashes', `${'a'.repeat(233)}---${'b'.repeat(17)}`],
])('writes an Event about an object with a name %s', async (_which, name) => {
  server = await TestServer.start((_req, res, body) => json(res, JSON.parse(body) as object));
  const recorder = new EventRecorder(new KubeClient(server.upstream), { component: 'c' });
  recorder.record({ metadata: { name, namespace: 'n' } }, 'Normal', 'Signed', 'done', types.gateTokens);
  await recorder.flush();
  const { metadata, involvedObject } = JSON.parse(server.requests[0]?.body ?? '') as {
    metadata: { name: string };
    involvedObject: { name: string };
  };
  expect(isDnsSubdomain(metadata.name)).toBe(true);
  expect(involvedObject.name).toBe(name);
});

it('reports a fault and goes on', async () => {
  server = await TestServer.start((_req, res) => json(res, {}, 403));
  const errors: unknown[] = [];
  const onError = (error: unknown) => errors.push(error);
  const recorder = new EventRecorder(new KubeClient(server.upstream), { component: 'c', onError });
  recorder.record(token, 'Warning', 'A', 'a', types.gateTokens);
  recorder.record(token, 'Warning', 'B', 'b', types.gateTokens);
  await recorder.flush();
  expect(errors).toHaveLength(2);
});
