import { afterAll, beforeAll, expect, it } from 'vitest';
import { API_VERSION, type GateToken, type GateTokenData, type GateTokenStatus } from '#libs/api';
import { types } from '#libs/kube';
import { vmUrls } from '#libs/policy';
import { linkHash, newCode } from '#libs/token';
import { accountWith } from '../support/accounts.js';
import { adminClient } from '../support/admin.js';
import { scaleOperator } from '../support/between.js';
import { cluster } from '../support/cluster.js';
import { gateway, issue, json } from '../support/gateway.js';
import { kubectl, kubectlOk } from '../support/kubectl.js';
import { until } from '../support/until.js';

/** Longer than the sample's GateServer allows: the operator refuses such a grant. */
const TOO_LONG = '48h';

const admin = adminClient();
let forger: Awaited<ReturnType<typeof accountWith>>;

beforeAll(async () => {
  forger = await accountWith('forger', {
    gatetokens: 'create get',
    'gatetokens/status': 'get patch',
    'virtualmachineinstances/vnc': 'get',
    'virtualmachineinstances/console': 'get',
  });
});
afterAll(async () => {
  await scaleOperator(admin, 1);
  await forger?.remove();
  await kubectl(['delete', 'gatetokens', '--all']);
});

const asForger = (args: string[], input?: object) =>
  kubectlOk([...args, '--token', forger.token], { ...(input && { input: JSON.stringify(input) }) });

const forge = (name: string, status: GateTokenStatus) =>
  asForger(['patch', 'gatetoken', name, '--subresource=status', '--type=merge', '-p', JSON.stringify({ status })]);

const statusOf = async (name: string) =>
  (await admin.get<GateToken>(types.gateTokens, name, cluster().namespace)).status;

/** What the gateway says to who opens the link. */
async function open(code: string): Promise<number> {
  const headers = { ...json, origin: cluster().url };
  const response = await gateway('/l', { method: 'POST', headers, body: JSON.stringify({ code }) });
  await response.body?.cancel();
  return response.status;
}

function dataOf(hours: number): GateTokenData {
  const nbf = Math.floor(Date.now() / 1000) - 10;
  const exp = nbf + hours * 3600;
  const [from, until] = [nbf, exp].map((at) => new Date(at * 1000).toISOString()) as [string, string];
  return { from, until, nbf, exp, duration: `${hours}h`, verbs: ['get'], urls: vmUrls(cluster().namespace, 'demo') };
}

it('whoever may write the status of GateTokens makes none valid (security row 13)', async () => {
  const code = newCode();
  const spec = { vm: 'demo', duration: TOO_LONG, 'link-hash': linkHash(code) };
  await asForger(['create', '-f', '-'], {
    apiVersion: API_VERSION,
    kind: 'GateToken',
    metadata: { name: 'forged' },
    spec,
  });
  await until('the operator refuses it', async () => (await statusOf('forged'))?.phase === 'Error');
  await scaleOperator(admin, 0);
  const forged = { phase: 'Ready', data: dataOf(48), 'gate-server': 'gateserver-sample' } as const;
  await forge('forged', forged);
  expect((await statusOf('forged'))?.phase).toBe('Ready');
  expect(await open(code)).toBe(425);

  await scaleOperator(admin, 1);
  const { gatetoken, link = '' } = await issue({ vm: 'demo', duration: '10m' });
  const good = new URL(link).hash.slice(1);
  expect(await open(good)).toBe(200);
  await until('the operator refuses what was forged', async () => (await statusOf('forged'))?.phase === 'Error');
  expect(await open(code)).toBe(410);

  await scaleOperator(admin, 0);
  const status = (await statusOf(gatetoken.name)) ?? {};
  await forge('forged', { ...forged, approval: status.approval ?? '' });
  await until('the gateway has seen it', async () => (await open(code)) === 425);
  await forge(gatetoken.name, { data: dataOf(24) });
  await until('what was widened opens nothing', async () => (await open(good)) === 425);
  await scaleOperator(admin, 1);
  await until('the operator takes it back', async () => (await open(good)) === 200, 60_000);
  expect((await statusOf(gatetoken.name))?.data).toEqual(status.data);
}, 180_000);

it('what another writes into a field that the operator leaves empty is removed (security row 13)', async () => {
  const { gatetoken } = await issue({ vm: 'demo', duration: '10m' });
  const before = await statusOf(gatetoken.name);
  expect(before).not.toHaveProperty('token');
  await forge(gatetoken.name, { token: 'a.b.c', link: 'https://evil.example.com', issuer: 'boss' });
  await until('the operator removes it', async () => {
    const { conditions: _, ...status } = (await statusOf(gatetoken.name)) ?? {};
    return status.token === undefined && status.link === undefined && status.issuer === before?.issuer;
  });
}, 60_000);
