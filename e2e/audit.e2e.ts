import { afterAll, beforeAll, expect, it } from 'vitest';
import { types } from '#libs/kube';
import { tokenOf } from './support/accounts.js';
import { adminClient, createToken, readyToken, revokeToken } from './support/admin.js';
import { cluster } from './support/cluster.js';
import { ConsoleSocket } from './support/console-socket.js';
import { bearer, consoleSocketPath, cookiesOf, gateway, issue, json, redeem } from './support/gateway.js';
import { kubectl, kubectlOk } from './support/kubectl.js';
import { haltedMachine } from './support/manifests.js';
import { podsThatStay } from './support/pods.js';
import { Streams, streamPath } from './support/streams.js';
import { until } from './support/until.js';

type Line = Record<string, unknown> & { what?: Record<string, unknown> };

const admin = adminClient();
const run = `audit-${Date.now().toString(36)}`;
const VM = `${run}-vm`;
const api = (path: string, method: string, body?: object) =>
  gateway(`/api/v1/namespaces/${cluster().namespace}/${path}`, {
    method,
    headers: { ...bearer('dev'), ...json },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
let streams: Streams;

beforeAll(async () => {
  streams = await Streams.start();
  await kubectlOk('create -f -', { input: haltedMachine(VM) });
});
afterAll(async () => {
  await streams?.stop();
  await kubectl(`delete vm ${VM} --ignore-not-found`);
  await kubectl(`delete gatetoken ${run}-link ${run}-kubectl ${run}-exec --ignore-not-found`);
});

/** What all pods of the gateways and the operator have logged. */
async function logs(): Promise<string> {
  const where = ['-l app.kubernetes.io/instance=gateserver-sample', '-n kube-gateway'];
  const read = async (query: string) => {
    const pods = await podsThatStay(query);
    const namespace = query.startsWith('-n') ? query : '';
    return Promise.all(pods.map((pod) => kubectlOk(`logs ${pod} ${namespace}`)));
  };
  return (await Promise.all(where.map(read))).flat().join('');
}

const jsonOf = (line: string): Line => (line.startsWith('{') ? (JSON.parse(line) as Line) : {});
const audited = async () =>
  (await logs())
    .split('\n')
    .map(jsonOf)
    .filter(({ audit }) => audit !== undefined);

function matches(one: Line, line: object): boolean {
  try {
    expect(one).toMatchObject(line);
    return true;
  } catch {
    return false;
  }
}

/** Waits until the log has this line. */
async function has(line: object): Promise<Line> {
  return until(`the audit log has ${JSON.stringify(line)}`, async () => {
    const found = await audited();
    return found.findLast((one) => matches(one, line));
  });
}

const of = (name: string) => ({ name });
const secrets = new Map<string, string>();
/** Notes what gives access, to look for it in the logs. */
const secret = (what: string, value: string) => {
  expect(value.length).toBeGreaterThan(15);
  secrets.set(what, value);
  return value;
};
const values = (cookie: string) => cookie.split('; ').map((pair) => pair.slice(pair.indexOf('=') + 1));

async function consoleOpens(cookie: string): Promise<ConsoleSocket> {
  const socket = await ConsoleSocket.open(consoleSocketPath('demo'), { cookie, origin: cluster().url });
  await until('the console is open', () => socket.text().startsWith('RFB'));
  return socket;
}

it('a link, from its issue to its end, has a line for each step', async () => {
  const name = `${run}-link`;
  const grant = { grant: `${cluster().namespace}/${name}` };
  const dev = { user: 'dev' };
  expect((await api('gatetokens/check', 'POST', { vm: VM, duration: '99999h' })).status).toBeLessThan(500);
  await has({ audit: 'check', outcome: 'refused', who: dev });
  const { link = '' } = await issue({ name, vm: 'demo', duration: '30m' });
  const code = secret('code', new URL(link).hash.slice(1));
  await has({ audit: 'issue', outcome: 'allowed', component: 'gateway', who: dev, what: of(name) });
  await has({ audit: 'issue', outcome: 'observed', component: 'operator', what: of(name) });

  const { cookie } = await redeem(`${cluster().url}/l#${code}`);
  for (const [at, value] of values(cookie).entries()) secret(`cookie ${at}`, value);
  await has({ audit: 'redeem', outcome: 'allowed', who: grant, how: 'link', from: expect.any(String) as string });
  const socket = await consoleOpens(cookie);
  const { session } = await has({ audit: 'open', outcome: 'allowed', who: grant, what: of('demo') });
  await socket.close();
  const closed = await has({ audit: 'close', outcome: 'ended', who: grant, session });
  expect(closed).toMatchObject({ seconds: expect.any(Number) as number, code: 1005 });
  expect(closed['bytes-out']).toBeGreaterThan(0);

  const again = await consoleOpens(cookie);
  const { session: second } = await until('it is recorded', async () => {
    const opened = (await audited()).filter(({ audit, what }) => audit === 'open' && what?.['name'] === 'demo');
    return opened.find((one) => JSON.stringify(one['who']) === JSON.stringify(grant) && one['session'] !== session);
  });
  expect((await api(`gatesessions/${String(second)}`, 'DELETE')).status).toBe(204);
  await again.closed;
  await has({ audit: 'cut', outcome: 'allowed', who: dev, what: of(String(second)) });
  await has({ audit: 'close', session: second, code: 4003 });

  expect((await api(`gatetokens/${name}/revoke`, 'POST')).status).toBe(200);
  await has({ audit: 'revoke', outcome: 'allowed', component: 'gateway', who: dev, what: of(name) });
  await has({ audit: 'revoke', outcome: 'observed', component: 'operator', what: of(name) });
  expect((await redeem(`${cluster().url}/l#${code}`)).status).toBe(410);
  await has({ audit: 'refuse', rule: 'revoked', code: 410, who: grant });
  expect((await gateway(consoleSocketPath('demo'), { headers: { cookie } })).status).toBe(401);
  await has({ audit: 'refuse', rule: 'revoked', code: 401, who: grant });
  expect((await api(`gatetokens/${name}`, 'DELETE')).status).toBe(204);
  await has({ audit: 'delete', outcome: 'allowed', component: 'gateway', who: dev, what: of(name) });
  await has({ audit: 'delete', outcome: 'observed', component: 'operator', what: of(name) });
  const events = await kubectlOk(
    `get events --field-selector involvedObject.name=${name} -o jsonpath={.items[*].reason}`,
  );
  expect(events.split(' ')).toEqual(expect.arrayContaining(['Redeemed', 'Revoked', 'RequestRefused']));
});

it('a person, from sign-in to sign-out: VM actions, writes through /k8s', async () => {
  const login = (token: string) =>
    gateway('/login', {
      method: 'POST',
      headers: { ...json, origin: cluster().url },
      body: JSON.stringify({ token }),
    });
  expect((await login(secret('bad token', `not-a-token-${run}`))).status).toBe(401);
  await has({ audit: 'sign-in', outcome: 'refused', code: 401 });
  const cookie = cookiesOf(await login(secret('token of dev', tokenOf('dev'))));
  for (const [at, value] of values(cookie).entries()) secret(`sign-in ${at}`, value);
  const dev = { user: 'dev' };
  await has({ audit: 'sign-in', outcome: 'allowed', who: dev });

  expect((await api('vms/demo/start', 'PUT')).status).toBe(409);
  const action = { audit: 'vm-action', who: dev };
  await has({ ...action, outcome: 'refused', rule: 'kubernetes', code: 409, what: of('demo') });
  expect((await api(`vms/${VM}/start`, 'PUT')).status).toBe(202);
  await has({ ...action, outcome: 'allowed', code: 202, what: { verb: 'start', name: VM } });

  const path = `/k8s/apis/kubevirt.io/v1/namespaces/${cluster().namespace}/virtualmachines/${VM}`;
  const headers = { cookie, origin: cluster().url };
  expect((await gateway(path, { headers })).status).toBe(200);
  expect((await gateway(path, { method: 'DELETE', headers })).status).toBe(200);
  const write = { audit: 'write', who: dev, outcome: 'allowed', code: 200 };
  await has({ ...write, what: { verb: 'delete', name: VM } });
  const ofVm = (await audited()).filter(({ what }) => what?.['name'] === VM);
  expect(ofVm.map(({ audit }) => audit).sort()).toEqual(['vm-action', 'write']);

  await gateway('/auth/logout', { method: 'POST', headers });
  await has({ audit: 'sign-out', outcome: 'allowed', who: dev });
});

it('what kubectl does is observed; another upgrade; a request without a credential', async () => {
  const [name, exec] = [`${run}-kubectl`, `${run}-exec`];
  await createToken(admin, name, { vm: 'demo' });
  for (const part of (await readyToken(admin, name)).split('.').slice(1)) secret(`JWT ${part.length}`, part);
  await has({ audit: 'issue', outcome: 'observed', what: of(name) });
  await revokeToken(admin, name);
  const revoked = await has({ audit: 'revoke', outcome: 'observed', what: of(name) });
  await admin.delete(types.gateTokens, name, cluster().namespace);
  await has({ audit: 'delete', outcome: 'observed', what: of(name) });
  expect(revoked).not.toHaveProperty('who');
  const lines = (await audited()).filter(({ what }) => what?.['name'] === name);
  expect(new Set(lines.map(({ component }) => component))).toEqual(new Set(['operator']));

  await createToken(admin, exec, { urls: [streamPath()] });
  const jwt = secret('bearer', await readyToken(admin, exec));
  const socket = await ConsoleSocket.open(`/k8s${streamPath()}`, { authorization: `Bearer ${jwt}` }, []);
  await socket.close();
  const who = { grant: `${cluster().namespace}/${exec}` };
  await has({ audit: 'upgrade', outcome: 'allowed', code: 101, who, what: of('one') });
  expect((await gateway(`/k8s/api/v1/pods?token=${jwt}`)).status).toBe(401);
  await has({ audit: 'refuse', rule: 'no-credential', what: { verb: 'GET', path: '/k8s/api/v1/pods' } });
});

it('no line of any pod contains a credential (security row 7)', async () => {
  const all = await logs();
  expect(secrets.size).toBeGreaterThanOrEqual(7);
  expect(all.length).toBeGreaterThan(1000);
  expect([...secrets].filter(([, value]) => all.includes(value)).map(([what]) => what)).toEqual([]);
});
