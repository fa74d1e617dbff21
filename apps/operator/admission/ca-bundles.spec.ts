import { afterEach, beforeEach, expect, it } from 'vitest';
import { type KubeObject, OwnClient } from '#libs/kube';
import { type WebhookKeys } from '../keys/webhook-keys.js';
import { Faults } from '../ops/faults.js';
import { WatchedApi } from '../testing/watched-api.js';
import { CaBundles } from './ca-bundles.js';

const FOLDER = '/apis/admissionregistration.k8s.io/v1';
const MUTATING = `${FOLDER}/mutatingwebhookconfigurations/kube-gateway`;
const VALIDATING = `${FOLDER}/validatingwebhookconfigurations/kube-gateway`;
const config = { namespace: 'ns', webhook: { service: 'hook', listen: { host: '127.0.0.1', port: 0 } } };

let api: WatchedApi;
let bundles: CaBundles;
let present: { authorities: string } | undefined;
let tell: () => void;

beforeEach(async () => {
  api = await WatchedApi.start();
  present = { authorities: 'one' };
  const keys = {
    get present() {
      return present;
    },
    onChange: (listener: () => void) => (tell = listener),
  };
  const faults = new Faults({ warn: () => undefined, debug: () => undefined });
  bundles = new CaBundles(new OwnClient(api.upstream), keys as unknown as WebhookKeys, faults, config);
});

afterEach(async () => {
  await bundles.stop();
  await api.close();
});

const hook = (name: string, service: object = { namespace: 'ns', name: 'hook' }) => ({
  name,
  clientConfig: { service },
});
const configuration = (...webhooks: object[]) => ({ metadata: { name: 'kube-gateway' }, webhooks }) as KubeObject;

function bundlesAt(path: string): (string | undefined)[] {
  const { webhooks = [] } = (api.objects.get(path) ?? {}) as { webhooks?: { clientConfig: { caBundle?: string } }[] };
  return webhooks.map(({ clientConfig: { caBundle } }) => caBundle && Buffer.from(caBundle, 'base64').toString());
}

it('says what is missing, and writes its authorities into both configurations', async () => {
  expect(bundles.problem()).toContain('MutatingWebhookConfiguration kube-gateway cannot be read');
  bundles.start();
  await expect.poll(() => bundles.problem()).toContain('MutatingWebhookConfiguration kube-gateway does not exist');
  api.put(MUTATING, configuration(hook('a')));
  api.put(VALIDATING, configuration(hook('b'), hook('c')));
  await expect.poll(() => bundles.problem()).toBeUndefined();
  expect([bundlesAt(MUTATING), bundlesAt(VALIDATING)]).toEqual([['one'], ['one', 'one']]);
});

it('writes them again when they are removed or when there are others, and nothing where they are right', async () => {
  api.put(MUTATING, configuration(hook('a')));
  api.put(VALIDATING, configuration(hook('b')));
  bundles.start();
  await expect.poll(() => bundles.problem()).toBeUndefined();
  expect(api.writes).toHaveLength(2);
  api.put(MUTATING, configuration(hook('a')));
  await expect.poll(() => bundlesAt(MUTATING)).toEqual(['one']);
  present = { authorities: 'two' };
  expect(bundles.problem()).toContain('does not have the caBundle');
  tell();
  await expect.poll(() => [bundlesAt(MUTATING), bundlesAt(VALIDATING)]).toEqual([['two'], ['two']]);
  expect(api.writes).toHaveLength(5);
});

it('tells when a configuration is gone or calls somebody else, and when both are back; also whoever asks late', async () => {
  const [first, late]: (string | undefined)[][] = [[], []];
  bundles.onAbsent((problem) => first?.push(problem));
  api.put(MUTATING, configuration(hook('a')));
  api.put(VALIDATING, configuration(hook('b')));
  bundles.start();
  await expect.poll(() => bundles.problem()).toBeUndefined();
  expect(first).toEqual([]);
  api.remove(VALIDATING);
  await expect
    .poll(() => first)
    .toEqual([expect.stringContaining('ValidatingWebhookConfiguration kube-gateway does not exist')]);
  bundles.onAbsent((problem) => late?.push(problem));
  expect(late).toEqual(first);
  api.put(VALIDATING, configuration(hook('b')));
  await expect.poll(() => first?.slice(1)).toEqual([undefined]);
  api.put(MUTATING, configuration(hook('a', { namespace: 'other', name: 'hook' })));
  await expect.poll(() => first?.slice(2)).toEqual([expect.stringContaining('does not call this operator')]);
});

it('leaves webhooks of others alone, and says when none is its own', async () => {
  const other = hook('a', { namespace: 'other', name: 'hook' });
  api.put(MUTATING, configuration(other, hook('b', { namespace: 'ns', name: 'hook' })));
  api.put(VALIDATING, configuration(other));
  bundles.start();
  await expect.poll(() => bundlesAt(MUTATING)).toEqual([undefined, 'one']);
  await expect
    .poll(() => bundles.problem() ?? '')
    .toContain('ValidatingWebhookConfiguration kube-gateway does not call');
  expect(bundlesAt(VALIDATING)).toEqual([undefined]);
});

it('writes nothing before there are keys', async () => {
  present = undefined;
  api.put(MUTATING, configuration(hook('a')));
  api.put(VALIDATING, configuration(hook('b')));
  bundles.start();
  expect(bundles.problem()).toContain('no certificate yet');
  await expect.poll(() => api.lists).toBe(2);
  tell();
  expect(api.writes).toEqual([]);
});
