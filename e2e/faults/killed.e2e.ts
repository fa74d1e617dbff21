import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { API_VERSION, type GateServer, type GateSession, type GateToken, type GateTokenView } from '#libs/api';
import { types } from '#libs/kube';
import { tokenOf } from '../support/accounts.js';
import { adminClient, createToken, insist, readyToken, revokeToken } from '../support/admin.js';
import { cluster } from '../support/cluster.js';
import { ConsoleSocket, Refused } from '../support/console-socket.js';
import { bearer, consoleSocketPath, cookiesOf, gateway, issue, json, redeem } from '../support/gateway.js';
import { kubectl } from '../support/kubectl.js';
import { controlPlane, kill, podProcesses, type Process } from '../support/processes.js';
import { Signatures } from '../support/signatures.js';
import { until } from '../support/until.js';
import { VncViewer } from '../support/vnc.js';

/** Everything is well again within this; measured and printed, it is a fraction of it. */
const WELL_WITHIN_MS = 90_000;
/** Tokens made while something dies: by the API, by REST, by kubectl. */
const MADE = { api: 16, rest: 14, kubectl: 5 };
const PODS = `/api/v1/namespaces/${cluster().namespace}/pods`;
const TOKENS = `/api/v1/namespaces/${cluster().namespace}/gatetokens`;
/** Close codes of a console that a death took with it: the guest was lost, out of touch, the gateway itself is gone. */
const ENDS: ReadonlySet<number> = new Set([1001, 1006, 1011, 1013]);

const admin = adminClient();
let signatures: Signatures;
let round = 0;

beforeAll(async () => {
  signatures = new Signatures(admin, cluster().namespace);
  await signatures.start();
});

afterAll(async () => {
  await signatures.stop();
  await kubectl(['delete', 'gatetokens', '--all']);
});

const open = (jwt: string): Promise<number> =>
  gateway(`/k8s${PODS}`, { headers: { authorization: `Bearer ${jwt}` } }).then(({ status }) => status);

async function viewer(headers: Record<string, string>): Promise<VncViewer> {
  return VncViewer.connect(`${cluster().url.replace('http', 'ws')}${consoleSocketPath('demo')}`, { headers });
}

/** As dev, over REST; an answer that was lost leaves it made. */
async function createByRest(name: string): Promise<void> {
  await insist(`${name} is made over REST`, async () => {
    const body = JSON.stringify({ name, urls: [PODS], duration: '30m' });
    const response = await gateway(`${TOKENS}?token=true`, {
      method: 'POST',
      headers: { ...bearer('dev'), ...json },
      body,
    });
    await response.body?.cancel();
    if (response.status >= 500) throw new Error(`answered ${response.status}`);
    expect([200, 201, 409]).toContain(response.status);
  });
}

async function createByKubectl(name: string): Promise<void> {
  const spec = { urls: [PODS], duration: '30m' };
  const input = JSON.stringify({ apiVersion: API_VERSION, kind: 'GateToken', metadata: { name }, spec });
  await insist(`${name} is made by kubectl`, async () => {
    const { code, stderr } = await kubectl(['create', '-f', '-'], { input });
    if (code !== 0 && !stderr.includes('AlreadyExists')) throw new Error(stderr);
  });
}

/** One after the other in each way. @param told of each that was acknowledged */
async function createAll(prefix: string, told: (name: string) => void): Promise<void> {
  const line = async (kind: keyof typeof MADE, create: (name: string) => Promise<void>): Promise<void> => {
    for (let i = 0; i < MADE[kind]; i++) {
      await create(`${prefix}-${kind}-${i}`);
      told(`${prefix}-${kind}-${i}`);
    }
  };
  await Promise.all([
    line('api', (name) => createToken(admin, name, { urls: [PODS] })),
    line('rest', createByRest),
    line('kubectl', createByKubectl),
  ]);
}

/** What a user has before anything is killed. */
async function holdings(prefix: string) {
  const names = { stays: `${prefix}-stays`, revoked: `${prefix}-revoked`, during: `${prefix}-during` };
  for (const name of Object.values(names)) await createToken(admin, name, { urls: [PODS] });
  const [stays, revoked, during] = await Promise.all(Object.values(names).map((name) => readyToken(admin, name)));
  if (stays === undefined || revoked === undefined || during === undefined) throw new Error('no tokens');
  await revokeToken(admin, names.revoked);
  await until('the revoked one is refused', async () => (await open(revoked)) === 401);
  const link = (await issue({ vm: 'demo', duration: '30m' })).link ?? '';
  const { status, cookie } = await redeem(link);
  expect(status).toBe(200);
  const headers = { ...json, origin: cluster().url };
  const login = await gateway('/login', { method: 'POST', headers, body: JSON.stringify({ token: tokenOf('dev') }) });
  expect(login.status).toBe(200);
  return { names, stays, revoked, during, link, cookie, signIn: cookiesOf(login) };
}

/** UID of the pod that holds the screen of a VM. */
async function holderOf(vm: string): Promise<string> {
  const { items } = await admin.list<GateSession>(types.gateSessions, cluster().namespace);
  const session = items.find(({ spec, status }) => spec.vm === vm && spec.kind === 'vnc' && status?.phase !== 'Ended');
  if (!session) throw new Error(`nobody is on the screen of ${vm}`);
  return (await admin.get(types.pods, session.spec.pod, cluster().namespace)).metadata.uid ?? '';
}

const isWell = async (): Promise<boolean> => (await gateway('/readyz').catch(() => undefined))?.status === 200;

/** The GateServer's spec, changed: what its guests may do. */
async function changeServer(role: 'reader' | 'admin'): Promise<void> {
  const body = { spec: { 'admin-role': role } };
  await insist('the GateServer is changed', () =>
    admin.patch(types.gateServers, 'gateserver-sample', cluster().namespace, body, 'merge'),
  );
}

async function serverFollows(): Promise<void> {
  const follows = async (): Promise<boolean> => {
    const server = await admin.get<GateServer>(types.gateServers, 'gateserver-sample', cluster().namespace);
    return server.status?.phase === 'Ready' && server.status['observed-generation'] === server.metadata.generation;
  };
  await until('the operator follows its GateServer', follows, WELL_WITHIN_MS);
}

/** Opens the other console at the moment of death: it opens, or is refused or ended in a way that says "again". */
async function openMeanwhile(cookie: string): Promise<void> {
  const headers = { cookie, origin: cluster().url };
  const opened = await ConsoleSocket.open(consoleSocketPath('demo', 'console'), headers).catch(
    (error: unknown) => error,
  );
  if (opened instanceof Refused) expect(opened.code).toBeGreaterThanOrEqual(500);
  if (!(opened instanceof ConsoleSocket)) return;
  await opened.close();
  const { code } = await opened.closed;
  expect(ENDS.has(code) || code === 1005).toBe(true);
}

const VICTIMS: { name: string; find: () => Process[] }[] = [
  ...[...new Set(controlPlane().map(({ name }) => name))].map((name) => ({
    name,
    find: () => controlPlane().filter((one) => one.name === name),
  })),
  { name: 'operator', find: () => podProcesses('operator') },
  { name: 'gateway', find: () => podProcesses('gateway') },
];

describe('a kill -9 in the middle of everything', () => {
  it.each(VICTIMS)(
    'of $name loses no link, signs none twice, and cures itself',
    async ({ name, find }) => {
      round += 1;
      const prefix = `killed-${Date.now().toString(36)}-${round}`;
      const held = await holdings(prefix);
      const screen = await viewer({ cookie: held.cookie, origin: cluster().url });
      const made: string[] = [];
      const uid = await holderOf('demo');
      const victim = find().find(({ cwd }) => cwd.endsWith(uid)) ?? find()[0];
      if (!victim) throw new Error(`${name} does not run`);
      const all = createAll(prefix, (one) => made.push(one));
      await until('some are made', () => made.length >= 6, 60_000);
      const meanwhile = openMeanwhile(held.cookie);
      const changed = changeServer(round % 2 === 1 ? 'admin' : 'reader');
      const revoked = revokeToken(admin, held.names.during);
      const before = find().map(({ pid }) => pid);
      kill(victim);
      const killedAt = performance.now();
      const since = (): number => Math.round(performance.now() - killedAt);
      const isNew = (): boolean => find().some(({ pid }) => !before.includes(pid));
      const again = until('another one runs', isNew, WELL_WITHIN_MS).then(since);
      await Promise.all([meanwhile, changed, revoked]);
      await createToken(admin, `${prefix}-after`, { urls: [PODS] });
      const after = await readyToken(admin, `${prefix}-after`, WELL_WITHIN_MS);
      await until('the gateway is ready', isWell, WELL_WITHIN_MS);
      await until('what was made since opens', async () => (await open(after)) === 200, WELL_WITHIN_MS);
      console.log(`${name}: runs again after ${await again} ms, all is well after ${since()} ms`);
      await all;
      await serverFollows();
      await everythingHolds(held, made);
      await consoleHolds(screen, name, held);
    },
    300_000,
  );
});

async function everythingHolds(held: Awaited<ReturnType<typeof holdings>>, made: string[]): Promise<void> {
  expect(made).toHaveLength(MADE.api + MADE.rest + MADE.kubectl);
  const tokens = await Promise.all(made.map((name) => readyToken(admin, name)));
  expect(new Set(tokens).size).toBe(made.length);
  for (const jwt of [...tokens, held.stays]) await until('it opens', async () => (await open(jwt)) === 200, 20_000);
  expect(await open(held.revoked)).toBe(401);
  await until('the one revoked meanwhile is refused', async () => (await open(held.during)) === 401);
  expect(signatures.changed()).toEqual([]);
  expect((await redeem(held.link)).status).toBe(200);
  const session = await gateway('/api/v1/session', { headers: { cookie: held.signIn } });
  expect(session.status).toBe(200);
  const { items } = await admin.list<GateToken>(types.gateTokens, cluster().namespace);
  const listed = await gateway(TOKENS, { headers: { cookie: held.signIn } });
  expect(((await listed.json()) as { items: GateTokenView[] }).items).toHaveLength(items.length);
}

/** A console outlives what it does not pass through; else it was ended with a code that means "again", and opens again. */
async function consoleHolds(
  screen: VncViewer,
  victim: string,
  { cookie }: Awaited<ReturnType<typeof holdings>>,
): Promise<void> {
  if (screen.socket.readyState === screen.socket.OPEN) {
    const before = screen.updates;
    screen.type('x');
    await until('the screen answers', () => screen.updates > before);
    await screen.close();
  } else {
    const { code } = await screen.closed;
    console.log(`${victim}: its console was ended with ${code}`);
    expect(ENDS.has(code)).toBe(true);
    expect(victim).not.toBe('operator');
    if (victim === 'gateway') expect(code).toBe(1006);
  }
  const headers = { cookie, origin: cluster().url };
  const reopened = await until('the console opens again', () => viewer(headers), 30_000);
  await reopened.close();
}
