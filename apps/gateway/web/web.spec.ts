import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Answers } from '../http/answers.js';
import { ClientAddresses } from '../http/client-address.js';
import { type Refusal } from '../http/refusal.js';
import { type Call, call, refusedUpgrade } from '../testing/clients.js';
import { linesOf, startGateway, type TestGateway, until } from '../testing/gateway.js';
import { useGateway } from '../testing/use-gateway.js';
import { WebApp } from './web-app.js';

const COOP = 'cross-origin-opener-policy';
const HSTS = 'strict-transport-security';

const { cluster, gateway } = useGateway();
const get = async (path: string, init: Call = {}, from = gateway): Promise<Response> => {
  const { status, headers, body } = await call(from.port, path, init);
  return new Response(body, { status, headers: headers as Record<string, string> });
};

describe('the dashboard', () => {
  it.each([
    ['/', 'index.html'],
    ['/vms', 'index.html'],
    ['/vms/demo', 'vm.html'],
    ['/links', 'links.html'],
    ['/login', 'login.html'],
    ['/l', 'landing.html'],
    ['/console/ns/demo', 'screen.html'],
    ['/console/ns/demo/serial', 'serial.html'],
  ])('%s is %s, under a strict policy', async (path, page) => {
    const response = await get(path);
    expect(response.status).toBe(200);
    expect(await response.text()).toContain(page);
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("script-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe-eval');
    expect(response.headers.get('referrer-policy')).toBe('same-origin');
  });

  it.each(['/l%23', '/l/%23', '/L%23'])('takes a link whose # became %%23: %s', async (path) => {
    const code = 'AbCd-EfGh_IjKlMnOpQrStUv';
    const response = await get(`${path}${code}%3E.`);
    expect([response.status, response.headers.get('location')]).toEqual([302, `/l#${code}`]);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(gateway.log.join('')).not.toContain(code);
  });

  it('leaves the routes of the others alone', async () => {
    const login = await get('/login', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' });
    expect(login.status).toBe(400);
    expect((await get('/auth/logout', { method: 'POST' })).status).toBe(303);
  });

  it.each([
    ['GET', '/nowhere', /^There is no page at this address\. Check the address, or start at \/\.$/],
    ['GET', '/console/ns', /^There is no page/],
    ['GET', '/console/ns/demo/other', /^There is no page/],
    ['GET', '/%zz', /^There is no page/],
    ['GET', '/k8s', /^There is no page/],
    ['GET', '/assets/none.js', /^There is no page/],
    ['GET', '/assets/..%2f..%2findex.html', /^There is no page/],
    ['POST', '/vms', /^This address does not accept POST\. Check the address and the method\.$/],
    ['GET', '/api/v1/nowhere?x=1', /^The REST API has no such method and path\. Check them at \/api\/docs\.$/],
    ['PUT', '/api/v1/session', /^The REST API has no such method/],
  ])('%s %s is 404, in words, for programs and for browsers', async (method, path, message) => {
    const response = await get(path, { method });
    expect(response.status).toBe(404);
    const status = (await response.json()) as { message: string };
    expect(status).toMatchObject({ kind: 'Status', code: 404, reason: 'NotFound' });
    expect(status.message).toMatch(message);
    const page = await get(path, { method, headers: { accept: 'text/html' } });
    expect([page.status, page.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8']);
    expect(await page.text()).toMatch(/<h1>Not found<\/h1><p>[^<]+<\/p><p class="soft">[^<]+<\/p>/);
  });

  it.each([
    '/console/ns/a..b',
    '/console/ns/a..b/serial',
    '/console/ns/A',
    '/console/a..b/demo',
    `/console/ns/${'x'.repeat(254)}`,
    '/console/ns/%2e%2e%2f',
    '/console/ns/%00',
  ])('%s is 400: no VM has that name', async (path) => {
    const response = await get(path);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      kind: 'Status',
      message: expect.stringMatching(/^The address contains an invalid Kubernetes name\. A Kubernetes name /) as string,
    });
  });

  it.each(['/console/%ff/demo', '/console/ns/%zz', '/vms/%', '/assets/%c0'])(
    '%s is 400: the address cannot be read',
    async (path) => {
      const response = await get(path, { headers: { accept: 'text/html' } });
      expect(response.status).toBe(400);
      const page = await response.text();
      expect(page).toContain('This address cannot be read.');
      expect(page).not.toContain('param');
    },
  );
});

describe('a web application of one’s own', () => {
  let behind: Server;
  let withApp: TestGateway;
  let seen: { url: string; method: string; headers: IncomingHttpHeaders; body: string };

  beforeAll(async () => {
    behind = createServer((req, res) => {
      let body = '';
      req.on('data', (chunk: Buffer) => (body += chunk.toString()));
      req.on('end', () => {
        seen = { url: req.url ?? '', method: req.method ?? '', headers: req.headers, body };
        res.end('web application');
      });
    });
    await new Promise<void>((resolve) => behind.listen(0, '127.0.0.1', resolve));
    const { port } = behind.address() as AddressInfo;
    withApp = await startGateway(cluster, { WEB_APP: `http://127.0.0.1:${port}` });
  });

  afterAll(async () => {
    await withApp.close();
    behind.closeAllConnections();
    await new Promise((resolve) => behind.close(resolve));
  });

  it('is served at / and at every path that is not the gateway’s', async () => {
    for (const path of ['/', '/vms', '/some/page?x=1', '/assets/theirs.js']) {
      expect(await (await get(path, {}, withApp)).text()).toBe('web application');
      expect(seen.url).toBe(path);
    }
    await get('/form', { method: 'POST', body: 'a=b' }, withApp);
    expect(seen).toMatchObject({ method: 'POST', body: 'a=b' });
    expect(await (await get('/assets/ours.js', {}, withApp)).text()).toContain('an asset of the dashboard');
    for (const path of ['/l', '/login', '/console/ns/demo']) {
      expect(await (await get(path, {}, withApp)).text()).toContain('.html');
    }
    expect((await get('/api/v1/nowhere', {}, withApp)).status).toBe(404);
    expect((await get('/k8s/api', {}, withApp)).status).toBe(401);
  });

  it.each(['/l%23', '/l/%23', '/L%23', '/L/%23'])('never gets the code of a link: %s', async (path) => {
    const code = 'AbCd-EfGh_IjKlMnOpQrStUv';
    const { status, headers } = await get(`${path}${code}`, {}, withApp);
    expect([status, headers.get('location')]).toEqual([302, `/l#${code}`]);
  });

  it('learns from the gateway alone where a request came from', async () => {
    const forged = {
      forwarded: 'for=198.51.100.1;host=evil.example.com',
      'x-forwarded-for': '198.51.100.1',
      'x-forwarded-host': 'evil.example.com',
      'x-forwarded-port': '666',
      'x-forwarded-prefix': '/evil',
      'X-Forwarded-Proto': 'gopher',
      x_forwarded_for: '198.51.100.1',
      'x-forwarded_host': 'evil.example.com',
      'x-forwarded': 'for=198.51.100.1',
      'x-real-ip': '198.51.100.1',
      connection: 'x-forwarded-for, x-forwarded-host, x-hop',
      'x-hop': 'of this connection alone',
      origin: 'https://gate.example.com',
      referer: 'https://gate.example.com/page',
    };
    const ask = async (host: string): Promise<IncomingHttpHeaders> => {
      await call(withApp.port, '/', { headers: { ...forged, host } });
      return seen.headers;
    };
    const headers = await ask('gate.example.com');
    expect(headers).toMatchObject({
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-host': 'gate.example.com',
      'x-forwarded-proto': 'https',
      origin: forged.origin,
      referer: forged.referer,
    });
    expect(JSON.stringify(headers)).not.toMatch(/198\.51|evil|666|gopher|x-hop/);
    expect(await ask('localhost:8080')).toMatchObject({
      'x-forwarded-host': 'localhost:8080',
      'x-forwarded-proto': 'http',
    });
    expect(await ask('evil.example.com')).toMatchObject({ 'x-forwarded-host': 'gate.example.com' });
  });

  it('decides itself which windows may know each other', async () => {
    expect((await get('/', {}, withApp)).headers.get(COOP)).toBeNull();
    expect((await get('/l', {}, withApp)).headers.get(COOP)).toBe('same-origin');
  });

  it('sees no credential of the gateway', async () => {
    const headers = {
      cookie: 'kg-sign-in=secret; theirs=1; kg-jwt-session-code=secret',
      authorization: 'Bearer secret',
    };
    await get('/', { headers }, withApp);
    expect(seen.headers.cookie).toBe('theirs=1');
    expect(JSON.stringify(seen.headers)).not.toContain('secret');
  });
});

describe('a web application that does not answer', () => {
  const SILENCE_MS = 80;
  const closers: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });

  const answerTo = (_where: string, error: unknown): Refusal => error as Refusal;

  /** @returns the port of a server that passes everything on to `target` */
  async function inFrontOf(target: string): Promise<number> {
    const webRoot = mkdtempSync(join(tmpdir(), 'kg-web-'));
    mkdirSync(join(webRoot, 'assets'));
    closers.push(() => rmSync(webRoot, { recursive: true }));
    const config = { webRoot, publicUrls: [new URL('https://gate.example.com')], frameAncestors: [], trustedHops: 0 };
    const parts = { answers: new Answers(config), addresses: new ClientAddresses(config), log: { answerTo } };
    const webApp = new WebApp(new URL(target), config, parts, SILENCE_MS);
    return listen(createServer((req, res) => void webApp.forward(req, res)));
  }

  async function listen(server: Server): Promise<number> {
    closers.push(() => (server.closeAllConnections(), server.close()));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  }

  it('in time is a page with 504; once its answer has begun, it has all the time it needs', async () => {
    let begun: ServerResponse | undefined;
    const behind = await listen(
      createServer((req, res) => {
        if (req.url === '/slow') begun = res.writeHead(200);
        begun?.flushHeaders();
      }),
    );
    const port = await inFrontOf(`http://127.0.0.1:${behind}`);
    const slow = call(port, '/slow');
    await until(() => begun !== undefined);
    for (const method of ['GET', 'POST']) {
      const reply = await call(port, '/', { method, headers: { accept: 'text/html' } });
      expect(reply.status).toBe(504);
      expect(reply.body).toContain('<h1>No response in time</h1>');
      expect(reply.body).toContain('The web application behind this gateway did not respond in time.');
    }
    begun?.end('at last');
    expect((await slow).body).toBe('at last');
  });

  it('at all is a page with 502', async () => {
    const port = await inFrontOf('http://127.0.0.1:1');
    const reply = await call(port, '/', { headers: { accept: 'text/html' } });
    expect(reply.status).toBe(502);
    expect(reply.body).toContain('<h1>No valid response</h1>');
  });

  it('leads to the log line that says why', async () => {
    const alone = await startGateway(cluster, { WEB_APP: 'http://127.0.0.1:1' });
    closers.push(() => alone.close());
    const lines = linesOf(alone, await call(alone.port, '/'));
    expect(lines).toEqual([expect.stringMatching(/"where":"web-app".*ECONNREFUSED/)]);
  });
});

describe('every page of the gateway', () => {
  /** Pages of all makers: the dashboard, refusals ahead of Express and behind it, forms, the description of the API. */
  const pages = [
    '/',
    '/login',
    '/l',
    '/console/ns/demo',
    '/nowhere',
    '/k8s/api',
    '/auth/logout',
    '/auth/jwt/set',
    '/api/docs/',
  ];

  it.each(pages)('%s keeps other windows away, and browsers on TLS', async (path) => {
    const headersFor = async (host: string) =>
      (await call(gateway.port, path, { headers: { accept: 'text/html', host } })).headers;
    const secure = await headersFor('gate.example.com');
    expect(secure['content-type']).toContain('text/html');
    expect(secure[COOP]).toBe('same-origin');
    expect(secure['x-content-type-options']).toBe('nosniff');
    expect(secure[HSTS]).toBe('max-age=31536000');
    for (const plain of ['localhost:8080', 'evil.example.com', 'gate.example.com:8080']) {
      expect((await headersFor(plain))[HSTS]).toBeUndefined();
    }
  });

  it('needs no TLS at a host name that a public URL without TLS has too', async () => {
    const both = await startGateway(cluster, { PUBLIC_URLS: 'https://gate.example.com,http://gate.example.com:8080' });
    const { headers } = await call(both.port, '/', { headers: { host: 'gate.example.com' } });
    await both.close();
    expect(headers[HSTS]).toBeUndefined();
  });

  it('is in no frame, but for those of consoles and their links where the GateServer names the site', async () => {
    const site = 'https://portal.example.com';
    const framed = await startGateway(cluster, { FRAME_ANCESTORS: site });
    const framers = async (path: string, from: TestGateway): Promise<string | undefined> => {
      const { headers } = await call(from.port, path, { headers: { accept: 'text/html' } });
      return /frame-ancestors ([^;]+)/.exec(String(headers['content-security-policy']))?.[1];
    };
    for (const path of [
      '/l',
      '/l/',
      '/console/ns/demo',
      '/console/ns/demo/serial',
      '/console/ns/a..b',
      '/auth/jwt/set?token=x',
    ]) {
      expect([path, await framers(path, framed)]).toEqual([path, site]);
    }
    for (const path of [
      '/',
      '/login',
      '/vms/ns/demo',
      '/links',
      '/auth/logout',
      '/nowhere',
      '/k8s/api',
      '/api/docs/',
      '/lx',
    ]) {
      expect([path, await framers(path, framed)]).toEqual([path, "'none'"]);
    }
    for (const path of pages) expect([path, await framers(path, gateway)]).toEqual([path, "'none'"]);
    await framed.close();
  });
});

it.each(['GET', 'POST'])('row 17: a page under /k8s is sandboxed, refusals too (%s)', async (method) => {
  const { headers } = await call(gateway.port, '/k8s/api', { method, headers: { accept: 'text/html' } });
  expect(headers['content-type']).toContain('text/html');
  expect(headers['content-security-policy']).toMatch(/^sandbox; default-src 'none'; /);
  const upgrade = await refusedUpgrade(gateway.port, '/k8s/api', { accept: 'text/html' });
  expect(upgrade.headers['content-security-policy']).toMatch(/^sandbox; default-src 'none'; /);
});
