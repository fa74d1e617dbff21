import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { beforeAll, describe, expect, it } from 'vitest';
import { linkHash, newCode } from '#libs/token';
import { foreignHost } from '../http/public-url.js';
import { Refusal } from '../http/refusal.js';
import { call } from '../testing/clients.js';
import { startGateway, type TestGateway } from '../testing/gateway.js';
import { serveUsers, signedIn, statusOf } from '../testing/rest.js';
import { useGateway } from '../testing/use-gateway.js';

const { cluster, gateway } = useGateway();
const FORWARDED = '127.0.0.1:8080';
const html = { host: FORWARDED, accept: 'text/html' };

describe('at an address that is not a public URL', () => {
  it.each([
    '/',
    '/login',
    '/vms',
    '/vms/demo',
    '/links',
    '/console/ns/demo',
    '/console/ns/demo/serial',
    '/l',
    '/auth/logout',
    '/nowhere',
    '/console/ns',
    '/assets/none.js',
    '/api/docs/',
    '/k8s/api',
    '/k8s',
  ])('%s says where the gateway is, with a link', async (path) => {
    const { status, body } = await call(gateway.port, path, { headers: html });
    expect(status).toBe(421);
    expect(body).toContain('This gateway is reached at https://gate.example.com.');
    expect(body).toContain(`href="https://gate.example.com${path === '/l' ? '/' : path}"`);
  });

  it('a link with a JWT sets no cookie, and goes on at the right address', async () => {
    const path = `/auth/jwt/set?token=${(await cluster.grant()).status?.token}&name=demo&namespace=ns`;
    const { status, headers, body } = await call(gateway.port, path, { headers: html });
    expect([status, headers['set-cookie']]).toEqual([421, undefined]);
    expect(body).toContain(`href="https://gate.example.com${path.replaceAll('&', '&#38;')}"`);
  });

  it('a link is not redeemed, and nobody is signed in: JSON says where the gateway is', async () => {
    serveUsers(cluster);
    const code = newCode();
    await cluster.grant({ 'link-hash': linkHash(code), 'single-use': true });
    for (const [path, body] of [
      ['/l', { code, redeem: true }],
      ['/login', { token: 'ada' }],
    ] as const) {
      const headers = { host: FORWARDED, 'content-type': 'application/json' };
      const reply = await call(gateway.port, path, { method: 'POST', headers, body: JSON.stringify(body) });
      expect([reply.status, reply.headers['set-cookie']]).toEqual([421, undefined]);
      expect(statusOf(reply).message).toMatch(/reached at https:\/\/gate\.example\.com\./);
    }
    const cookie = await signedIn('ada');
    expect((await call(gateway.port, '/api/v1/session', { headers: { host: FORWARDED, cookie } })).status).toBe(421);
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ code, redeem: true });
    expect((await call(gateway.port, '/l', { method: 'POST', headers, body })).status).toBe(200);
  });

  it.each(['/healthz', '/readyz', '/.well-known/jwks.json', '/api/openapi.json'])('%s answers', async (path) => {
    expect((await call(gateway.port, path, { headers: { host: '10.0.0.7:8080' } })).status).toBe(200);
  });

  it('scripts with a token work: REST and /k8s', async () => {
    serveUsers(cluster);
    const host = 'gs.ns.svc:8080';
    const asAda = { host, authorization: 'Bearer ada' };
    expect((await call(gateway.port, '/api/v1/session', { headers: asAda })).status).not.toBe(421);
    const asGuest = { host, authorization: `Bearer ${(await cluster.grant({ urls: ['/version'] })).status?.token}` };
    expect((await call(gateway.port, '/k8s/version', { headers: asGuest })).status).not.toBe(421);
  });
});

describe('under /k8s at such an address', () => {
  it('programs get what they got: 401 without a credential, and whatever their cookie or token opens', async () => {
    const path = '/k8s/api/v1/namespaces/ns/pods';
    expect((await call(gateway.port, path, { headers: { host: FORWARDED } })).status).toBe(401);
    const token = (await cluster.grant({ urls: [path.slice('/k8s'.length)] })).status?.token ?? '';
    for (const credential of [{ cookie: `kg-jwt-session-code=${token}` }, { authorization: `Bearer ${token}` }]) {
      expect((await call(gateway.port, path, { headers: { ...html, ...credential } })).status).toBe(200);
    }
    expect((await call(gateway.port, path, { headers: { ...html, authorization: 'Bearer x' } })).status).toBe(401);
  });
});

describe('a web application of one’s own', () => {
  it('shows no page at such an address; its programs, and the probes, are let through', async () => {
    let asked = 0;
    const behind = createServer((_req, res) => (asked++, res.end('theirs'))).listen(0, '127.0.0.1');
    await once(behind, 'listening');
    const { port } = behind.address() as AddressInfo;
    const withApp = await startGateway(cluster, { WEB_APP: `http://127.0.0.1:${port}` });
    for (const path of ['/', '/some/page?x=1', '/login', '/l', '/console/ns/demo']) {
      const { status, body } = await call(withApp.port, path, { headers: html });
      expect([status, body]).toEqual([421, expect.stringContaining('is reached at https://gate.example.com.')]);
    }
    expect(asked).toBe(0);
    for (const headers of [{ host: FORWARDED }, { ...html, authorization: 'Bearer x' }, { accept: 'text/html' }]) {
      expect((await call(withApp.port, '/hook', { method: 'POST', headers })).body).toBe('theirs');
    }
    for (const path of ['/healthz', '/readyz']) {
      expect((await call(withApp.port, path, { headers: html })).status).toBe(200);
    }
    await withApp.close();
    await new Promise((resolve) => behind.close(resolve));
  });
});

describe('without TLS at the host of a public URL that has it', () => {
  const behindIngress = {} as TestGateway;
  beforeAll(async () => {
    const settings = { PUBLIC_URLS: 'https://a.example.com,https://gate.example.com', TRUSTED_HOPS: '1' };
    Object.assign(behindIngress, await startGateway(cluster, settings));
    return () => behindIngress.close();
  });
  const ask = (path: string, headers: Record<string, string>, from: TestGateway = behindIngress) =>
    call(from.port, path, { headers: { accept: 'text/html', ...headers } });
  const plain = { 'x-forwarded-proto': 'http' };

  it.each(['/', '/login', '/l', '/console/ns/demo', '/nowhere', '/k8s/api'])('%s says https', async (path) => {
    const { status, body } = await ask(path, plain);
    expect(status).toBe(421);
    expect(body).toContain('This gateway is reached at https://gate.example.com.');
    expect(body).toContain(`href="https://gate.example.com${path === '/l' ? '/' : path}"`);
  });

  it.each<[string, Record<string, string>, string?]>([
    ['a browser that says itself that it uses TLS', { ...plain, 'sec-fetch-site': 'none' }],
    ['TLS that ends further out', { 'x-forwarded-proto': 'https, http' }],
    ['an unknown scheme', {}],
    ['a program', { ...plain, accept: '*/*' }],
    ['a token', { ...plain, authorization: 'Bearer x' }],
    ['a probe', plain, '/readyz'],
  ])('%s is served', async (_who, headers, path = '/') => {
    expect((await ask(path, headers)).status).toBe(200);
  });

  it('the word of a client that no trusted proxy vouches for does not count', async () => {
    expect((await ask('/', plain, gateway)).status).toBe(200);
  });

  it('where nothing else says it, a form or a script that is refused names the address', async () => {
    const headers = { origin: 'http://gate.example.com', 'content-type': 'application/json' };
    const reply = await call(behindIngress.port, '/login', { method: 'POST', headers, body: '{"token":"ada"}' });
    expect(statusOf(reply)).toMatchObject({
      code: 403,
      message: 'The request came from another site. Open the page at https://gate.example.com and try again there.',
    });
    const foreign = { ...headers, origin: 'https://evil.example.com' };
    const other = await call(behindIngress.port, '/login', { method: 'POST', headers: foreign, body: '{}' });
    expect(statusOf(other).message).toContain('Open the page at https://a.example.com and');
  });
});

describe('what counts as a public URL', () => {
  const [publicUrls, originalUrl] = [[new URL('https://gate.example.com'), new URL('http://localhost:8080')], '/'];
  const judged = (headers: Record<string, string>, trustedHops = 0) => {
    return foreignHost({ headers, originalUrl }, { publicUrls, trustedHops });
  };

  it.each(['gate.example.com', 'GATE.example.com', 'gate.example.com:443', 'localhost:8080'])('%s does', (host) => {
    expect(judged({ host })).toBeUndefined();
  });

  it.each([
    'gate.example.com:8443',
    'gate.example.com.evil.example',
    'localhost',
    '[::1]:8080',
    '',
    ' ',
    'a b',
    '@localhost',
  ])('%j does not', (host) => expect(judged({ host })).toBeInstanceOf(Refusal));

  it('a proxy in front may rewrite Host, but only one that is trusted', () => {
    const headers = { host: 'gs.ns.svc:8080', 'x-forwarded-host': 'gate.example.com' };
    expect(judged(headers, 1)).toBeUndefined();
    expect(judged(headers)).toBeInstanceOf(Refusal);
  });
});
