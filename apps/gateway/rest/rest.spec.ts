import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type GateSessionList, type NamespaceList } from '#libs/api';
import { call, type Reply } from '../testing/clients.js';
import { asAda, type Canned, failure, OWN_ORIGIN, serveUsers, signedIn, statusOf } from '../testing/rest.js';
import { useGateway } from '../testing/use-gateway.js';

const { cluster, gateway } = useGateway();
let cookie: string;

beforeAll(async () => {
  cookie = await signedIn('ada');
});
afterEach(() => {
  cluster.api.answer = () => false;
});

const get = (path: string, headers: Record<string, string> = {}): Promise<Reply> =>
  call(gateway.port, path, { headers });

it('no cache keeps an answer in JSON', async () => {
  serveUsers(cluster);
  const replies = [
    await asAda(gateway.port, 'GET', '/session'),
    await asAda(gateway.port, 'GET', '/namespaces/ns/vms'),
    await asAda(gateway.port, 'GET', '/namespaces/ns/gatetokens'),
    await asAda(gateway.port, 'POST', '/namespaces/ns/gatetokens/check', { vm: 'demo', duration: '10m' }),
    await get('/api/v1/session'),
  ];
  expect(replies.map(({ status, headers }) => [status, headers['cache-control']])).toEqual(
    [200, 200, 200, 200, 401].map((status) => [status, 'no-store']),
  );
});

describe('a session', () => {
  it('GET tells who is signed in and how, by cookie and by bearer', async () => {
    serveUsers(cluster);
    const byCookie = await get('/api/v1/session', { cookie });
    const ada = { username: 'ada', groups: ['devs'], namespace: 'ns' };
    expect(JSON.parse(byCookie.body)).toMatchObject({ ...ada, method: 'token' });
    expect(byCookie.body).toMatch(/"until":"\d{4}-/);
    const byBearer = await asAda(gateway.port, 'GET', '/session');
    expect(JSON.parse(byBearer.body)).toEqual({ ...ada, method: 'bearer' });
  });

  it('401 without a credential, and for a forged cookie, an expired token, a header without Bearer', async () => {
    serveUsers(cluster);
    const [name = '', value = ''] = cookie.split('=');
    for (const headers of [
      {},
      // In the middle: the last characters may not be part of what is sealed.
      { cookie: `${name}=${value.slice(0, 40)}${value[40] === 'A' ? 'B' : 'A'}${value.slice(41)}` },
      { cookie: await signedIn('ended') },
      { authorization: 'Bearer ended' },
      { authorization: 'Bearer' },
      { authorization: 'Basic YWRhOmFkYQ==' },
    ]) {
      const reply = await get('/api/v1/session', headers);
      expect(statusOf(reply)).toMatchObject({ kind: 'Status', code: 401, reason: 'Unauthorized' });
      expect(reply.headers['www-authenticate']).toContain('Bearer');
    }
  });

  it('POST /login signs in, DELETE and /auth/logout sign out', async () => {
    serveUsers(cluster);
    const headers = { 'content-type': 'application/json', origin: OWN_ORIGIN };
    const login = (token: string): Promise<Reply> =>
      call(gateway.port, '/login', { method: 'POST', headers, body: JSON.stringify({ token }) });
    const made = await login('ada');
    expect(made.status).toBe(200);
    const [set = ''] = made.headers['set-cookie'] ?? [];
    expect(set).toMatch(/^kg-sign-in=[^;]+;.*HttpOnly; Secure; SameSite=Lax$/);
    expect((await get('/api/v1/session', { cookie: set.split(';')[0] ?? '' })).status).toBe(200);
    expect((await login('ended')).status).toBe(401);
    expect((await login('two words')).status).toBe(400);

    const left = await call(gateway.port, '/api/v1/session', {
      method: 'DELETE',
      headers: { cookie, origin: OWN_ORIGIN },
    });
    const out = await call(gateway.port, '/auth/logout', { method: 'POST', headers: { cookie, origin: OWN_ORIGIN } });
    expect([left.status, out.status, out.headers.location]).toEqual([204, 303, '/login']);
    for (const reply of [left, out]) expect(reply.headers['set-cookie']?.join()).toMatch(/^kg-sign-in=;.*1970/);
    const foreign = { cookie, origin: 'https://evil.example.com' };
    expect((await call(gateway.port, '/auth/logout', { method: 'POST', headers: foreign })).status).toBe(403);
  });

  it('GET /auth/login leads to the page where a token is pasted; there is no provider to come back from', async () => {
    const reply = await get('/auth/login');
    expect([reply.status, reply.headers.location]).toEqual([302, '/login']);
    expect((await get('/auth/callback?code=x&state=y')).status).toBe(404);
  });
});

describe('GET namespaces', () => {
  const list = async (canned: Canned): Promise<NamespaceList['items']> => {
    serveUsers(cluster, canned);
    return (JSON.parse((await asAda(gateway.port, 'GET', '/namespaces')).body) as NamespaceList).items;
  };
  const named = (...names: string[]): object => ({ items: names.map((name) => ({ metadata: { name } })) });
  const no = { code: 403, body: failure(403, 'no') };

  it('those that the user can see, and which have a GateServer', async () => {
    const servers = { items: [{ metadata: { name: 'gs', namespace: 'ns' } }, { metadata: { namespace: 'two' } }] };
    expect(
      await list({
        'GET /namespaces': { code: 200, body: named('ns', 'one', 'two') },
        'GET /gateservers': { code: 200, body: servers },
      }),
    ).toEqual([
      { name: 'ns', gateserver: true },
      { name: 'one', gateserver: false },
      { name: 'two', gateserver: true },
    ]);
  });

  it('does not say which other namespaces have a GateServer to users who may not list them', async () => {
    const namespaces = { code: 200, body: named('ns', 'one') };
    expect(await list({ 'GET /namespaces': namespaces, 'GET /gateservers': no })).toEqual([
      { name: 'ns', gateserver: true },
      { name: 'one' },
    ]);
  });

  it("the gateway's own when they may not list them; 401 and 500 are passed on", async () => {
    expect(await list({ 'GET /namespaces': no, 'GET /gateservers': no })).toEqual([{ name: 'ns', gateserver: true }]);
    expect(await list({ 'GET /namespaces': no })).toEqual([{ name: 'ns', gateserver: true }]);
    serveUsers(cluster, { 'GET /namespaces': { code: 500, body: failure(500, 'etcd is away') } });
    expect(statusOf(await asAda(gateway.port, 'GET', '/namespaces'))).toMatchObject({
      code: 500,
      message: 'etcd is away',
    });
    serveUsers(cluster);
    expect((await get('/api/v1/namespaces', { authorization: 'Bearer ended' })).status).toBe(401);
  });
});

describe('gatesessions', () => {
  const SESSIONS = '/namespaces/ns/gatesessions';
  it('are listed, and one is ended, as the user', async () => {
    serveUsers(cluster);
    cluster.api.objects.create('gatesessions', {
      metadata: { name: 'one' },
      spec: { vm: 'demo', kind: 'vnc', 'client-address': '192.0.2.1', pod: 'p', token: 'link-7' },
      status: { phase: 'Active', 'bytes-out': 7 },
    });
    const { items } = JSON.parse((await asAda(gateway.port, 'GET', SESSIONS)).body) as GateSessionList;
    expect(items).toMatchObject([{ name: 'one', vm: 'demo', who: 'link link-7', phase: 'Active', 'bytes-out': 7 }]);
    expect((await asAda(gateway.port, 'DELETE', `${SESSIONS}/one`)).status).toBe(204);
    expect(cluster.api.objects.find('gatesessions', 'one')).toBeUndefined();
    expect(cluster.api.seen.findLast(({ method }) => method === 'DELETE')?.headers.authorization).toBe('Bearer ada');
  });

  it('403, 404 as Kubernetes says, 400 for an invalid name', async () => {
    expect((await asAda(gateway.port, 'DELETE', `${SESSIONS}/missing`)).status).toBe(404);
    expect((await asAda(gateway.port, 'DELETE', `${SESSIONS}/No_Name`)).status).toBe(400);
    serveUsers(cluster, { 'GET /gatesessions': { code: 403, body: failure(403, 'ada cannot list', 'Forbidden') } });
    expect(statusOf(await asAda(gateway.port, 'GET', SESSIONS))).toMatchObject({
      code: 403,
      message: 'ada cannot list',
    });
  });
});

it('404 for an unknown route, 400 for a body that is not JSON, 413 for one that is too large', async () => {
  expect(statusOf(await asAda(gateway.port, 'GET', '/nothing'))).toMatchObject({ kind: 'Status', code: 404 });
  const headers = { authorization: 'Bearer ada', 'content-type': 'application/json' };
  const post = (body: string): Promise<Reply> =>
    call(gateway.port, '/api/v1/namespaces/ns/gatetokens', { method: 'POST', headers, body });
  const broken = statusOf(await post('{'));
  expect([broken.code, broken.message]).toEqual([
    400,
    expect.stringMatching(/^The request body cannot be read: .*JSON.*\. Correct it and send it again\.$/),
  ]);
  expect(statusOf(await post(JSON.stringify({ description: 'x'.repeat(1_300_000) })))).toMatchObject({
    code: 413,
    message: 'The request body is larger than 1228800 bytes. Send a smaller one.',
  });
});
