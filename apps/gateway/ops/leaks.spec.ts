import { beforeAll, describe, expect, it } from 'vitest';
import { linkHash, newCode } from '#libs/token';
import { call, type Reply, view } from '../testing/clients.js';
import { TestCluster, until, VNC } from '../testing/gateway.js';
import { asAda, events, failure, OWN_ORIGIN, serveUsers, signedIn } from '../testing/rest.js';
import { useGateway } from '../testing/use-gateway.js';

const HTML = { accept: 'text/html' };
const POLICY = 'referrer-policy';
const KUBE_TOKEN = 'opaque-token-of-ada-0123456789';
const { cluster, gateway } = useGateway({ LOG_LEVEL: 'trace' });
/** Whatever gives access, as it went over the wire. */
const secrets = new Set<string>();

beforeAll(async () => {
  serveUsers(cluster);
});

function secret(value = ''): string {
  expect(value.length).toBeGreaterThan(15);
  secrets.add(value);
  return value;
}

/** Parts that no log may show even where it cuts the rest off. The head of a JWT and the UID of a grant tell nothing. */
function pieces(value: string): string[] {
  const parts = value.split('.').filter((one) => !/^[0-9a-f-]{36}$|^\d*$/.test(one));
  const telling = parts.length > 2 ? parts.slice(1) : parts;
  return telling.flatMap((part) => part.match(/.{20}/g) ?? [part]);
}

/** The cookies that an answer sets, noted as secrets. */
function cookiesOf({ headers }: Reply): string {
  const pairs = (headers['set-cookie'] ?? []).map((one) => one.split(';')[0] ?? '');
  for (const pair of pairs) secret(pair.slice(pair.indexOf('=') + 1));
  return pairs.join('; ');
}

const post = (path: string, body: unknown, headers: Record<string, string> = {}): Promise<Reply> =>
  call(gateway.port, path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

const get = (path: string, headers: Record<string, string> = {}): Promise<Reply> =>
  call(gateway.port, path, { headers });

async function watchConsole(headers: Record<string, string>): Promise<void> {
  const viewer = await view(gateway.port, VNC, headers);
  await viewer.receives('RFB');
  viewer.socket.close();
  await viewer.ended;
}

async function linkCode(spec: Parameters<TestCluster['grant']>[0] = {}, window = {}): Promise<string> {
  const code = secret(newCode());
  await cluster.grant({ vm: 'demo', 'link-hash': linkHash(code), ...spec }, window);
  return code;
}

/** By JWT: in the address, in a form, as a cookie, as a bearer; good, refused and broken. */
async function byJwt(): Promise<void> {
  const jwt = secret((await cluster.grant()).status?.token);
  const once = secret((await cluster.grant({ 'single-use': true })).status?.token);
  const old = secret((await cluster.grant({}, { nbf: 1, exp: 2 })).status?.token);
  const [, payload = '', signature = ''] = jwt.split('.');
  secret(payload);
  secret(signature);
  await watchConsole({ cookie: cookiesOf(await get(`/auth/jwt/set?token=${jwt}&name=demo&namespace=ns`)) });
  await get(`/auth/jwt/set?token="${jwt}"&name=..&namespace=ns`, HTML);
  cookiesOf(await post('/auth/jwt/set', { token: once, name: 'demo', namespace: 'ns' }));
  for (const token of [once, old, `${jwt.slice(0, -9)}AAAAAAAAA`]) {
    await get(`/auth/jwt/set?token=${token}`, HTML);
    await get('/k8s/api/v1/pods', { authorization: `Bearer ${token}` });
    await get('/k8s/api/v1/pods', { cookie: `kg-jwt-session-code=${token}` });
  }
  await watchConsole({ authorization: `Bearer ${jwt}` });
  await watchConsole({ cookie: `kg-jwt-session-code=${jwt}` });
  await view(gateway.port, VNC, {}, [`base64url.bearer.authorization.k8s.io.${jwt}`]).catch(() => undefined);
  await get(`/nothing/${jwt}?token=${jwt}`, { ...HTML, referer: `https://gate.example.com/auth/jwt/set?token=${jwt}` });
  await get(`/k8s/api/v1/${jwt}`, { authorization: `Bearer ${jwt}` });
}

/** By code: told, redeemed, used up, unknown, ended; in the wrong places too. */
async function byCode(): Promise<void> {
  const code = await linkCode();
  const once = await linkCode({ 'single-use': true });
  const old = await linkCode({}, { nbf: 1, exp: 2 });
  const revoked = await linkCode({ revoked: true });
  await post('/l', { code });
  await watchConsole({ cookie: cookiesOf(await post('/l', { code, redeem: true })), origin: OWN_ORIGIN });
  cookiesOf(await post('/l', { code: once, redeem: true }));
  for (const one of [once, old, revoked, secret(newCode())]) await post('/l', { code: one, redeem: true });
  await post('/l', `{"code":"${code}"`);
  await get(`/l?code=${code}`, HTML);
  await post('/l', { code, redeem: true }, { origin: 'https://evil.example.com' });
}

/** By a Kubernetes token: pasted, sealed into a cookie, as a bearer; faults below it included. */
async function byKubernetesToken(): Promise<void> {
  secret(KUBE_TOKEN);
  const bearer = { authorization: `Bearer ${KUBE_TOKEN}` };
  const cookie = cookiesOf(await post('/login', { token: KUBE_TOKEN }, { origin: OWN_ORIGIN }));
  await get('/api/v1/session', { cookie });
  await get('/api/v1/session', {
    cookie: `kg-sign-in=${secret((await signedIn('other')).split('=')[1]).slice(0, -2)}AA`,
  });
  await watchConsole({ cookie, origin: OWN_ORIGIN });
  const stream = await events(gateway.port, '/api/v1/namespaces/ns/events', bearer);
  await until(() => stream.received().includes('reset'));
  stream.close();
  const jwt = secret((await cluster.grant()).status?.token);
  await post('/auth/jwt/request', { URLs: 'no list' }, bearer);
  serveUsers(cluster, { 'GET /virtualmachines': { code: 200, body: { items: [{ metadata: {}, spec: jwt }] } } });
  expect((await get('/api/v1/namespaces/ns/vms', bearer)).status).toBe(500);
  serveUsers(cluster, { 'GET /gatetokens': { code: 500, body: failure(500, `no such token ${jwt}`) } });
  await asAda(gateway.port, 'GET', '/namespaces/ns/gatetokens');
  serveUsers(cluster);
}

describe('row 7: what gives access', () => {
  it('is in no line of the log, by whatever way it came', async () => {
    await byJwt();
    await byCode();
    await byKubernetesToken();
    await until(() => gateway.log.some((line) => line.includes('"audit":"close"')));
    expect(secrets.size).toBeGreaterThanOrEqual(18);
    const log = gateway.log.join('');
    for (const what of ['redeem', 'open', 'close', 'refuse']) expect(log).toContain(`"audit":"${what}"`);
    expect(log).toContain('unexpected error');
    expect([...secrets].flatMap(pieces).filter((one) => log.includes(one))).toEqual([]);
    for (const line of gateway.log) expect(() => JSON.parse(line) as unknown).not.toThrow();
  });
});

describe('row 7: the address of a page goes to nobody', () => {
  it('no-referrer on the redirect and on every refusal of an address with a token', async () => {
    const token = (await cluster.grant()).status?.token ?? '';
    const old = (await cluster.grant({}, { nbf: 1, exp: 2 })).status?.token ?? '';
    const set = await get(`/auth/jwt/set?token=${token}&name=demo&namespace=ns`, HTML);
    expect([set.status, set.headers[POLICY], set.headers.location]).toEqual([
      302,
      'no-referrer',
      '/console/ns/demo?as=link',
    ]);
    for (const query of [`token=${old}`, `token=${token}x`, `token=${token}&name=..&namespace=ns`, 'token=', '']) {
      const reply = await get(`/auth/jwt/set?${query}`, HTML);
      expect(reply.status).toBeGreaterThanOrEqual(400);
      expect([reply.headers[POLICY], reply.headers['cache-control']]).toEqual(['no-referrer', 'no-store']);
      expect(reply.body).not.toContain(old.slice(-20));
    }
    expect((await get('/nothing/here', HTML)).headers[POLICY]).toBe('no-referrer');
  });

  it('same-origin on pages that post: no-referrer would make their Origin null', async () => {
    const once = (await cluster.grant({ 'single-use': true })).status?.token ?? '';
    for (const path of [
      `/auth/jwt/set?token=${once}&name=demo&namespace=ns`,
      '/l',
      '/console/ns/demo',
      '/console/ns/demo/serial',
      '/login',
      '/',
      '/vms/ns/demo',
      '/links',
    ]) {
      const reply = await get(path, HTML);
      expect([path, reply.status, reply.headers[POLICY]]).toEqual([path, 200, 'same-origin']);
    }
  });
});
