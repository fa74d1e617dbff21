import { afterEach, beforeEach, expect, it } from 'vitest';
import { OwnClient, Upstream } from '#libs/kube';
import { Clock } from '#libs/ops';
import { Faults } from '../ops/faults.js';
import { WatchedApi } from '../testing/watched-api.js';
import { WebhookKeys } from './webhook-keys.js';

const PATH = '/api/v1/namespaces/ns/secrets/hook';
const config = { namespace: 'ns', webhook: { service: 'hook', listen: { host: '127.0.0.1', port: 0 } } };

let api: WatchedApi;
let replicas: WebhookKeys[];
let upstreams: Upstream[];

beforeEach(async () => {
  api = await WatchedApi.start();
  [replicas, upstreams] = [[], []];
});

afterEach(async () => {
  await Promise.all(replicas.map((one) => one.stop()));
  await Promise.all(upstreams.map((one) => one.close()));
  await api.close();
});

function replica(): WebhookKeys {
  const faults = new Faults({ warn: () => undefined, debug: () => undefined });
  const keys = new WebhookKeys(new OwnClient(api.upstream), new Clock(), faults, config);
  replicas.push(keys);
  keys.start();
  return keys;
}

const sealOf = (keys: WebhookKeys) => keys.present?.seal.reveal().toString('base64');

it('lets two replicas that start at once agree on one Secret', async () => {
  const [one, two] = [replica(), replica()];
  await expect.poll(() => [sealOf(one), sealOf(two)].every(Boolean)).toBe(true);
  expect(sealOf(one)).toBe(sealOf(two));
  expect(one.present?.authorities).toBe(two.present?.authorities);
  expect(api.writes).toEqual([`POST ${PATH.replace('/hook', '')}/hook`]);
});

it('makes a lost Secret anew, and tells who uses it', async () => {
  const keys = replica();
  await expect.poll(() => sealOf(keys)).toBeDefined();
  const before = sealOf(keys);
  let told = 0;
  keys.onChange(() => (told += 1));
  api.remove(PATH);
  await expect.poll(() => sealOf(keys)).not.toBe(before);
  expect(told).toBe(1);
});

it('replaces a Secret without a usable key of seals as a whole: its age says what the key sealed', async () => {
  api.put(PATH, { metadata: { name: 'hook', namespace: 'ns', creationTimestamp: '2020-01-01T00:00:00Z' } });
  const keys = replica();
  await expect.poll(() => keys.present?.since ?? 0).toBeGreaterThan(Date.parse('2026-01-01'));
  expect(api.writes.map((write) => write.split(' ')[0])).toEqual(['DELETE', 'POST']);
});

it('a key of seals that someone wrote over the former is new, in every replica', async () => {
  const [one, two] = [replica(), replica()];
  await expect.poll(() => [sealOf(one), sealOf(two)].every(Boolean)).toBe(true);
  const secret = api.objects.get(PATH) ?? { metadata: {} };
  const metadata = { ...secret.metadata, creationTimestamp: '2020-01-01T00:00:00Z' };
  api.remove(PATH);
  const seal = Buffer.alloc(32, 7).toString('base64');
  api.put(PATH, { ...secret, metadata, data: { ...(secret['data'] as object), seal } } as typeof secret);
  await expect.poll(() => [sealOf(one), sealOf(two)]).toEqual([seal, seal]);
  for (const keys of [one, two]) expect(keys.present?.since).toBeGreaterThan(Date.parse('2026-01-01'));
  await expect.poll(() => one.present?.since === two.present?.since).toBe(true);
  expect(api.objects.get(PATH)?.['data']).toMatchObject({ seal });
});

it('mends a damaged certificate in place', async () => {
  const keys = replica();
  await expect.poll(() => sealOf(keys)).toBeDefined();
  const secret = api.objects.get(PATH) ?? { metadata: {} };
  const { 'tls.crt': _, ...data } = secret['data'] as Record<string, string>;
  const before = keys.present?.serving.cert;
  api.put(PATH, { ...secret, data } as typeof secret);
  await expect.poll(() => keys.present?.serving.cert).not.toBe(before);
  expect(keys.present?.since).toBe(Date.parse(secret.metadata.creationTimestamp ?? ''));
});
