import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { API_VERSION, type GateServer, type GateToken } from '#libs/api';
import { isKubeError, types } from '#libs/kube';
import { adminClient, createToken, readyToken, revokeToken } from '../support/admin.js';
import { Between, isTokenWatch } from '../support/between.js';
import { cluster } from '../support/cluster.js';
import { type Seen } from '../support/faulty-proxy.js';
import { consoleSocketPath } from '../support/gateway.js';
import { Signatures } from '../support/signatures.js';
import { until } from '../support/until.js';
import { VncViewer } from '../support/vnc.js';

const admin = adminClient();
let between: Between;

beforeAll(async () => {
  between = await Between.start(admin);
});
afterAll(() => between?.stop());

async function viewer(name: string, query = ''): Promise<VncViewer> {
  const headers = { authorization: `Bearer ${await readyToken(admin, name)}` };
  const url = `${between.gate.url.replace('http', 'ws')}${consoleSocketPath('demo')}${query}`;
  return until('the console opens', () => VncViewer.connect(url, { headers }), 30_000);
}

/** The status of what the gateway tells of a grant. @param jwt shown as a bearer token */
async function told(path: string, jwt?: string): Promise<number> {
  const headers = jwt === undefined ? {} : { authorization: `Bearer ${jwt}` };
  const response = await fetch(`${between.gate.url}${path}`, { headers, redirect: 'manual' });
  await response.body?.cancel();
  return response.status;
}

describe('an API server that falls silent', () => {
  it('row 11: the gateway fails closed within its time, and comes back without what was revoked', async () => {
    const { proxy } = between;
    const [stays, revoked] = await Promise.all([between.newToken(), between.newToken()]);
    const screen = between.newName();
    await createToken(admin, screen, { vm: 'demo' });
    const console_ = await viewer(screen);
    const isGate = (seen: Seen): boolean => !between.isOperator(seen);
    const from = performance.now();
    const since = (): number => Math.round(performance.now() - from);
    const { lift } = proxy.set({ matches: isGate, act: { silence: true } });
    proxy.silence(isGate);
    await revokeToken(admin, revoked.name);
    await until('it says that it is not ready', async () => !(await between.gate.isReady()), 50_000);
    await until('it honours no grant', async () => (await between.open(stays.jwt)) === 503, 50_000);
    console.log(`fails closed after ${since()} ms`);
    expect(await told(`/auth/jwt/set?token=${revoked.jwt}`)).toBe(503);
    expect(await told(`/api/v1/grant?namespace=${cluster().namespace}&vm=demo`, revoked.jwt)).toBe(503);
    expect(since()).toBeGreaterThan(10_000);
    // Either its own connection is found to be dead, or the gateway to be out of touch.
    expect([1011, 1013]).toContain((await console_.closed).code);
    console.log(`ends its consoles after ${since()} ms`);
    expect(since()).toBeLessThan(90_000);
    expect(proxy.busiestSecond(from, isGate)).toBeLessThan(30);
    lift();
    const lifted = performance.now();
    await between.gate.ready(60_000);
    console.log(`ready again ${Math.round(performance.now() - lifted)} ms after it`);
    expect(await between.open(revoked.jwt)).toBe(401);
    expect(await between.open(stays.jwt)).toBe(200);
    // For the cluster the connection that was lost still stands.
    await (await viewer(screen, '?takeover=true')).close();
  }, 240_000);

  it('the operator gives up its leadership, restarts, and catches up', async () => {
    const { proxy, operator } = between;
    const isOperator = (seen: Seen): boolean => between.isOperator(seen);
    const { restarts } = operator;
    const { name } = await between.newToken();
    const { lift } = proxy.set({ matches: isOperator, act: { silence: true } });
    proxy.silence(isOperator);
    const from = performance.now();
    await revokeToken(admin, name);
    await until('it has ended', () => operator.restarts > restarts, 30_000);
    const ended = Math.round(performance.now() - from);
    expect(ended).toBeLessThan(15_000);
    lift();
    const lifted = performance.now();
    const revoked = async () =>
      (await admin.get<GateToken>(types.gateTokens, name, cluster().namespace)).status?.phase === 'Revoked';
    await until('it says that the token was revoked', revoked, 60_000);
    await operator.ready();
    console.log(`gave up after ${ended} ms, made up for it ${Math.round(performance.now() - lifted)} ms after it`);
  }, 120_000);
});

describe('an operator whose copy of the GateTokens lags', () => {
  const namespace = 'faults-lag';
  const server = (url: string): GateServer => ({
    apiVersion: API_VERSION,
    kind: 'GateServer',
    metadata: { name: 'lag', namespace },
    spec: { route: 'lag.faults.localhost', 'public-urls': [url], replicas: 0, expose: 'none' },
  });

  afterAll(async () => {
    await admin.delete(types.namespaces, namespace);
    await until(
      'the namespace is gone',
      () =>
        admin.get(types.namespaces, namespace).then(
          () => false,
          (error: unknown) => isKubeError(error, 404),
        ),
      60_000,
    );
  });

  it('signs none a second time, though its GateServer changes', async () => {
    const { proxy } = between;
    await admin.create(types.namespaces, { metadata: { name: namespace } });
    await admin.create(types.gateServers, server('https://one.example.com'));
    await until('the signing key is made', async () => {
      const { status } = await admin.get<GateServer>(types.gateServers, 'lag', namespace);
      return status?.['secret-name'] !== undefined;
    });
    const signatures = new Signatures(admin, namespace);
    await signatures.start();
    let silenced = 0;
    const { lift } = proxy.set({
      matches: (seen) => isTokenWatch(seen) && between.isOperator(seen) && silenced > 0,
      act: { answer: 503 },
    });
    proxy.onRequest = (seen) => {
      const isSigning = seen.method === 'PATCH' && seen.path.endsWith('/gatetokens/lag/status');
      if (isSigning && silenced === 0) silenced = proxy.silence((one) => isTokenWatch(one) && between.isOperator(one));
    };
    const urls = [`/api/v1/namespaces/${namespace}/pods`];
    const token = { metadata: { name: 'lag', namespace }, spec: { urls, duration: '30m' } };
    await admin.create(types.gateTokens, { apiVersion: API_VERSION, kind: 'GateToken', ...token });
    await until('it is signed', () => signatures.size === 1);
    expect(silenced).toBe(1);
    const writes = (): number =>
      proxy.seen.filter(({ method, path }) => method === 'PATCH' && path.endsWith('/gatetokens/lag/status')).length;
    expect(writes()).toBe(1);
    await admin.patch(
      types.gateServers,
      'lag',
      namespace,
      { spec: { 'public-urls': ['https://two.example.com', 'https://one.example.com'] } },
      'merge',
    );
    await until('the operator has looked at it again', () => writes() >= 2);
    proxy.cut((one) => isTokenWatch(one) && between.isOperator(one));
    lift();
    proxy.onRequest = () => undefined;
    await until('the operator follows', async () => {
      const { status, metadata } = await admin.get<GateServer>(types.gateServers, 'lag', namespace);
      return status?.['observed-generation'] === metadata.generation;
    });
    const { status } = await admin.get<GateToken>(types.gateTokens, 'lag', namespace);
    expect(status?.phase).toBe('Ready');
    expect(signatures.changed()).toEqual([]);
    await signatures.stop();
  }, 120_000);
});
