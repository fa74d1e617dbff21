import { expect, test } from 'vitest';
import { types } from '#libs/kube';
import { FakeClient } from '../testing/fake-client.js';
import { syncSlices } from './index.js';
import { type Service, slicesOf } from './slices.js';

const service: Service = {
  metadata: { name: 'web', namespace: 'ns', uid: 's' },
  spec: { selector: { app: 'web' }, ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
};

function pod(name: string, extra: object = {}, metadata: object = {}) {
  return {
    metadata: {
      name,
      namespace: 'ns',
      uid: `${name}-0123456789`,
      labels: { app: 'web' },
      annotations: { 'node.devcluster.io/ports': '{"8080":34567}' },
      ...metadata,
    },
    spec: { nodeName: 'local', containers: [{ ports: [{ name: 'http', containerPort: 8080 }] }] },
    status: {
      phase: 'Running',
      podIP: '127.0.0.1',
      conditions: [{ type: 'Ready', status: 'True' as const }],
      ...extra,
    },
  };
}

test('a slice tells where a pod really listens', () => {
  expect(slicesOf(service, [pod('a')])).toMatchObject([
    {
      endpoints: [{ addresses: ['127.0.0.1'], conditions: { ready: true, serving: true, terminating: false } }],
      ports: [{ name: 'http', port: 34567, protocol: 'TCP' }],
    },
  ]);
});

test('a pod that is not ready, or going, is listed as such', () => {
  const sick = pod('a', { conditions: [{ type: 'Ready', status: 'False' }] });
  const going = pod('b', {}, { deletionTimestamp: '2026-01-01T00:00:00Z' });
  expect(slicesOf(service, [sick, going]).map(({ endpoints }) => endpoints[0])).toMatchObject([
    { conditions: { ready: false, serving: false, terminating: false } },
    { conditions: { ready: false, serving: true, terminating: true } },
  ]);
});

test('no slices for other pods, ended pods, services without selector or of another name', () => {
  expect(slicesOf(service, [pod('a', { phase: 'Failed' }), pod('b', {}, { labels: { app: 'x' } })])).toEqual([]);
  expect(slicesOf({ ...service, spec: { ports: [{ port: 80 }] } }, [pod('a')])).toEqual([]);
  expect(slicesOf({ ...service, spec: { ...service.spec, type: 'ExternalName' } }, [pod('a')])).toEqual([]);
});

test('slices are made, changed and deleted; a second pass writes nothing', async () => {
  const [a, b] = slicesOf(service, [pod('a'), pod('b')]);
  if (!a || !b) throw new Error('two slices');
  const stale = { ...b, ports: [] };
  const orphan = { ...a, metadata: { ...a.metadata, name: 'web-gone' } };
  const fake = new FakeClient().with(types.endpointSlices, stale, orphan);
  await syncSlices(fake.client, service, [pod('a'), pod('b')]);
  expect(fake.calls).toEqual([
    `create endpointslices ns/${a.metadata.name}`,
    `replace endpointslices ns/${b.metadata.name}`,
    'delete endpointslices ns/web-gone',
  ]);
  const settled = new FakeClient().with(types.endpointSlices, a, b);
  await syncSlices(settled.client, service, [pod('a'), pod('b')]);
  expect(settled.writes).toEqual([]);
});
