import { afterAll, beforeAll, expect, it } from 'vitest';
import { API_VERSION, type GateServer, type GateToken, SIGNING_KEY } from '#libs/api';
import { isKubeError, type KubeObject, types } from '#libs/kube';
import { generateKeyPair, kidOf, parsePublicKey, thumbprint } from '#libs/token';
import { adminClient } from '../support/admin.js';
import { Between } from '../support/between.js';
import { until } from '../support/until.js';

const admin = adminClient();
const namespace = `foreign-secrets-${Date.now().toString(36)}`;
const SECRETS = ['plain', 'mine', 'gs-jwt-secret', 'gs-session'];
const base64 = (text: string) => Buffer.from(text).toString('base64');
/** What must not reach the operator; by names of Secrets and versions of their data. */
const valueOf = (name: string, version = 1) => base64(`value ${version} of ${name}`);
const secret = (name: string) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace },
  data: { 'tls.key': valueOf(name) },
});

let between: Between;
let received = '';

beforeAll(async () => {
  await admin.create(types.namespaces, { metadata: { name: namespace } });
  for (const name of SECRETS) await admin.create(types.secrets, secret(name));
  between = await Between.start(admin, (_seen, bytes) => (received += bytes.toString('latin1')));
});
afterAll(async () => {
  await between?.stop();
  await admin.delete(types.namespaces, namespace);
  const isGone = (error: unknown): boolean => isKubeError(error, 404);
  await until('the namespace is gone', () => admin.get(types.namespaces, namespace).then(() => false, isGone), 60_000);
});

const gateServer = async () => (await admin.get<GateServer>(types.gateServers, 'gs', namespace)).status;
const patch = (name: string, body: object) => admin.patch<KubeObject>(types.secrets, name, namespace, body, 'merge');

it('the operator never receives the data of Secrets that do not concern it (security row 23)', async () => {
  const spec = { route: `gs.${namespace}.example.com`, replicas: 0, expose: 'none' };
  await admin.create(types.gateServers, {
    apiVersion: API_VERSION,
    kind: 'GateServer',
    metadata: { name: 'gs', namespace },
    spec,
  } as KubeObject);
  // Those that have the names of its own: it says so by their metadata.
  const foreign = await until('the names are taken', async () => {
    const { conditions = [] } = (await gateServer()) ?? {};
    return conditions.find(({ reason }) => reason === 'ForeignObject')?.message;
  });
  expect(foreign).toContain('gs-jwt-secret');
  const { metadata } = await patch('plain', { data: { 'tls.key': valueOf('plain', 2) } });
  await until('it has seen the change', () => received.includes(`"resourceVersion":"${metadata.resourceVersion}"`));
  expect(SECRETS.filter((name) => received.includes(`"name":"${name}"`))).toEqual(SECRETS);
  const values = [...SECRETS.map((name) => valueOf(name)), valueOf('plain', 2)];
  expect(values.filter((value) => received.includes(value))).toEqual([]);

  // Its own, and what is marked, does come: this test would see it.
  await patch('mine', { metadata: { annotations: { [SIGNING_KEY]: 'true' } } });
  await until('it reads the marked one', () => received.includes(valueOf('mine')));
  await admin.delete(types.secrets, 'gs-jwt-secret', namespace);
  await admin.delete(types.secrets, 'gs-session', namespace);
  await until('it has made its own', async () => (await gateServer())?.['secret-name'] === 'gs-jwt-secret', 60_000);
  const own = await admin.get<KubeObject & { data: Record<string, string> }>(types.secrets, 'gs-jwt-secret', namespace);
  await until('it has its own', () => received.includes(own.data['tls.key'] ?? ''));
}, 180_000);

it('a marked key signs, and the operator sees at once that it was changed or lost its mark', async () => {
  const tokens = { urls: [`/api/v1/namespaces/${namespace}/pods`], duration: '10m', 'secret-name': 'mine' };
  const object = { apiVersion: API_VERSION, kind: 'GateToken', metadata: { name: 't', namespace }, spec: tokens };
  await admin.create(types.gateTokens, object);
  const status = async () => (await admin.get<GateToken>(types.gateTokens, 't', namespace)).status;
  const why = async () => (await status())?.conditions?.find(({ type }) => type === 'Ready')?.reason;
  await until('its data are found not to be a key', async () => (await why()) === 'BadKey');
  for (const version of [1, 2]) {
    const { 'tls.key': key, 'tls.crt': certificate } = await generateKeyPair();
    await patch('mine', { data: { 'tls.key': base64(key) } });
    const kid = thumbprint(parsePublicKey(certificate));
    await until(`key ${version} has signed`, async () => kidOf((await status())?.token ?? '') === kid, 5000);
  }
  await patch('mine', { metadata: { annotations: { [SIGNING_KEY]: null } } });
  await until('it no longer signs', async () => (await why()) === 'ForeignSecret', 5000);
});
