import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { type KubeClient, KubeError, type KubeObject, types } from '#libs/kube';
import { linkTo } from './link.js';

const NOW = Date.parse('2030-01-01T00:00:00Z');
const EARLIER = { token: 'demo-link-old', code: 'the-code' };
const HASH = createHash('sha256').update(EARLIER.code).digest('base64url');

const missing = new KubeError({ code: 404, reason: 'NotFound', message: 'not found' });

/** A cluster with one VM and, unless undefined, the earlier token; hears of what is created. */
function clusterWith(token: object | undefined): { client: KubeClient; created: KubeObject[] } {
  const created: KubeObject[] = [];
  const client = {
    get: (type: unknown) => {
      if (type === types.virtualMachines) return Promise.resolve({ metadata: { uid: 'vm-1' } });
      return token ? Promise.resolve(token) : Promise.reject(missing);
    },
    create: (_: unknown, object: KubeObject) => {
      created.push(object);
      return Promise.resolve({ ...object, metadata: { name: 'demo-link-new' } });
    },
  };
  return { client: client as unknown as KubeClient, created };
}

const good = {
  spec: { 'link-hash': HASH },
  status: { phase: 'Ready', 'vm-uid': 'vm-1', data: { until: '2030-01-01T01:00:00Z' } },
};

test('the link of an earlier start is kept while it is good for an hour', async () => {
  const { client, created } = clusterWith(good);
  expect(await linkTo(client, 'demo', EARLIER, () => NOW)).toEqual(EARLIER);
  expect(created).toEqual([]);
});

test.each([
  ['is gone', undefined],
  ['is revoked', { ...good, spec: { ...good.spec, revoked: true } }],
  ['is expired', { ...good, status: { ...good.status, phase: 'Expired' } }],
  ['soon ends', { ...good, status: { ...good.status, data: { until: '2030-01-01T00:59:59Z' } } }],
  ['was never looked at', { spec: good.spec }],
  ['is for a VM that was recreated', { ...good, status: { ...good.status, 'vm-uid': 'vm-0' } }],
  ['has another code', { ...good, spec: { 'link-hash': 'x' } }],
])('a new one is issued when it %s', async (_, token) => {
  const { client, created } = clusterWith(token);
  const link = await linkTo(client, 'demo', EARLIER, () => NOW);
  expect(link.token).toBe('demo-link-new');
  const hash = createHash('sha256').update(link.code).digest('base64url');
  expect(created).toMatchObject([{ spec: { vm: 'demo', duration: '8h', 'link-hash': hash } }]);
});

test('the first start issues one', async () => {
  expect((await linkTo(clusterWith(good).client, 'demo', undefined, () => NOW)).token).toBe('demo-link-new');
});
