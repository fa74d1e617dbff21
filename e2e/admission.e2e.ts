import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { type GateToken } from '#libs/api';
import { isKubeError, types } from '#libs/kube';
import { adminClient } from './support/admin.js';
import { cluster } from './support/cluster.js';
import { kubectl, kubectlFails, kubectlOk } from './support/kubectl.js';
import { gatetoken } from './support/manifests.js';
import { until } from './support/until.js';
import { changeWebhooks, type Configuration, CONFIGURATION, CONFIGURATIONS } from './support/webhook.js';

const SECRET = 'kube-gateway-webhook';
const NAMESPACE = 'kube-gateway';
const SEAL = /^v1\.\d+\.[-\w]{43}$/;

const admin = adminClient();
const named = (name: string, issuer: object = { username: 'boss', groups: ['system:masters'], seal: 'v1.1.x' }) =>
  gatetoken(name, { vm: 'demo', duration: '10m', issuer });
const parsed = (out: string) => JSON.parse(out) as GateToken;

async function bundles(): Promise<(string | undefined)[]> {
  const found = await Promise.all(CONFIGURATIONS.map((type) => admin.get<Configuration>(type, CONFIGURATION)));
  return found.flatMap(({ webhooks }) => webhooks.map(({ clientConfig }) => clientConfig.caBundle));
}

/** While the API server learns of another authority, it can create none. */
const created = (name: string) =>
  until(`GateToken ${name} can be created`, async () => {
    const ran = await kubectl('create -o json -f -', { context: 'dev', input: named(name) });
    return ran.code === 0 ? parsed(ran.stdout) : undefined;
  });

afterEach(() => kubectl('delete gatetokens --all'));

describe('who creates a GateToken is written into it (security row 13)', () => {
  it('whoever is named in what was sent', async () => {
    const out = await kubectlOk('create -o json -f -', { context: 'dev', input: named('by-dev') });
    const { issuer } = parsed(out).spec;
    expect(issuer?.username).toBe('dev');
    expect(issuer?.groups).toContain('system:authenticated');
    expect(issuer?.groups).not.toContain('system:masters');
    expect(issuer?.seal).toMatch(SEAL);
    const change = ['patch', 'gatetoken', 'by-dev', '--type=merge', '-p'];
    for (const other of [{ username: 'boss' }, { seal: 'v1.1.x' }, null]) {
      const patch = JSON.stringify({ spec: { issuer: other } });
      expect(await kubectlFails([...change, patch])).toContain('spec.issuer is immutable');
    }
  });

  it('by server-side apply and with a generated name too', async () => {
    const applied = await kubectlOk('apply --server-side -o json -f -', { context: 'dev', input: named('applied') });
    expect(parsed(applied).spec.issuer?.username).toBe('dev');
    const input = named('').replace('"name":""', '"generateName":"by-dev-"');
    const { metadata, spec } = parsed(await kubectlOk('create -o json -f -', { context: 'dev', input }));
    expect(metadata.name).toMatch(/^by-dev-.{5}$/);
    expect(spec.issuer).toMatchObject({ username: 'dev', seal: expect.stringMatching(SEAL) as string });
    await kubectlOk(`wait gatetoken/${metadata.name} --for=condition=Ready --timeout=15s`);
  });

  it('the one who is impersonated', async () => {
    const input = named('as-dev');
    const out = await kubectlOk('create -o json -f - --as dev --as-group devs --as-uid 7', { input });
    expect(parsed(out).spec.issuer).toMatchObject({
      username: 'dev',
      uid: '7',
      groups: ['devs', 'system:authenticated'],
    });
  });

  it('in a dry run, which stores nothing', async () => {
    const out = await kubectlOk('create --dry-run=server -o json -f -', { context: 'dev', input: named('dry') });
    expect(parsed(out).spec.issuer).toMatchObject({ username: 'dev', seal: expect.stringMatching(SEAL) as string });
    const gone = await admin.get(types.gateTokens, 'dry', cluster().namespace).catch((error: unknown) => error);
    expect(isKubeError(gone, 404)).toBe(true);
  });
});

describe('the webhook heals', () => {
  afterAll(async () => {
    await created('after-healing');
    await kubectl('delete gatetokens --all');
  });

  it('when its Secret is deleted', async () => {
    const before = await bundles();
    await admin.delete(types.secrets, SECRET, NAMESPACE);
    await until('both configurations have the new authority', async () => {
      const now = await bundles();
      return now.every((one) => one !== undefined && one !== before[0]) && new Set(now).size === 1;
    });
    const { spec } = await created('healed');
    expect(spec.issuer?.username).toBe('dev');
    await kubectlOk('wait gatetoken/healed --for=condition=Ready --timeout=15s');
  });

  it('when its caBundle is removed', async () => {
    const before = await bundles();
    await changeWebhooks(admin, ({ clientConfig }) => delete clientConfig.caBundle);
    await until('both configurations have it again', async () => (await bundles()).join() === before.join());
    await created('trusted');
  });
});
