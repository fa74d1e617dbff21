import { expect, it } from 'vitest';
import { type GateToken } from '#libs/api';
import { Clock } from '#libs/ops';
import { isSealed, SecretKey } from '#libs/token';
import { type WebhookKeys } from '../keys/webhook-keys.js';
import { Mutator } from './mutator.js';

const AT = Date.parse('2030-01-01T00:00:00.700Z');
const seal = new SecretKey(Buffer.alloc(32, 7));

class Stopped extends Clock {
  override now(): number {
    return AT;
  }
}

interface Answer {
  response: { uid: string; allowed: boolean; patchType?: string; patch?: string };
}

async function mutated(object: object, userInfo: object = { username: 'dev' }, keys: object = { present: { seal } }) {
  const request = {
    uid: 'u-1',
    resource: { group: 'kubegateway.kubevirt.io', version: 'v1beta1', resource: 'gatetokens' },
    operation: 'CREATE',
    namespace: 'ns',
    userInfo,
    object,
  };
  const body = { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request };
  const { response } = (await new Mutator(keys as WebhookKeys, new Stopped()).answer(body)) as Answer;
  const patch = response.patch && (JSON.parse(Buffer.from(response.patch, 'base64').toString()) as unknown);
  return { response, patch: patch as { op: string; path: string; value: GateToken['spec']['issuer'] }[] | undefined };
}

/** As the API server stores it. */
function stored(object: { metadata: object; spec: object }, issuer: GateToken['spec']['issuer'], name?: string) {
  const metadata = { ...object.metadata, namespace: 'ns', creationTimestamp: '2030-01-01T00:00:01Z' };
  return { metadata: { ...metadata, ...(name ? { name } : {}) }, spec: { ...object.spec, issuer } } as GateToken;
}

it('writes who creates a GateToken over whatever was sent, and seals it', async () => {
  const object = { metadata: { name: 'x' }, spec: { vm: 'demo', issuer: { username: 'boss', seal: 'v1.1.x' } } };
  const userInfo = { username: 'dev', uid: '7', groups: ['a'], extra: { 'example.org/x': ['y'] } };
  const { response, patch } = await mutated(object, userInfo);
  expect(response).toMatchObject({ uid: 'u-1', allowed: true, patchType: 'JSONPatch' });
  const [{ value, ...where } = { value: undefined }] = patch ?? [];
  expect(where).toEqual({ op: 'add', path: '/spec/issuer' });
  expect(value).toMatchObject(userInfo);
  expect(isSealed([seal], stored(object, value))).toBe(true);
});

it.each([{}, { name: '' }])('seals what a generated name begins with: %j', async (name) => {
  const object = { metadata: { generateName: 'x-', ...name }, spec: { vm: 'demo' } };
  const { patch } = await mutated(object);
  expect(isSealed([seal], stored(object, patch?.[0]?.value, 'x-abcde'))).toBe(true);
  expect(patch?.[0]?.value).toEqual({ username: 'dev', seal: expect.any(String) as string });
});

it('leaves out what is empty, as the API server does', async () => {
  const { patch } = await mutated(
    { metadata: { name: 'x' }, spec: {} },
    { username: 'a', uid: '', groups: [], extra: {} },
  );
  expect(Object.keys(patch?.[0]?.value ?? {})).toEqual(['username', 'seal']);
});

it.each([{}, { spec: null }, { spec: [] }, { spec: 'x' }])('leaves %j to the schema, without a seal', async (rest) => {
  const { response, patch } = await mutated({ metadata: { name: 'x' }, ...rest });
  expect([response.allowed, patch]).toEqual([true, undefined]);
});

it('does not decide while it has no key', async () => {
  await expect(mutated({ metadata: {}, spec: {} }, { username: 'a' }, {})).rejects.toThrow('key of seals');
});
