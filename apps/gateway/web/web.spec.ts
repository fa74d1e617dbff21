import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startGateway, type TestGateway } from '../testing/gateway.js';
import { useGateway } from '../testing/use-gateway.js';

const { cluster, gateway } = useGateway();
const get = (path: string, init: RequestInit = {}, from = gateway): Promise<Response> =>
  fetch(`http://127.0.0.1:${from.port}${path}`, { redirect: 'manual', ...init });

describe('the dashboard', () => {
  it.each([
    ['/', 'index.html'],
    ['/vms', 'index.html'],
    ['/vms/demo', 'index.html'],
    ['/links', 'index.html'],
    ['/login', 'index.html'],
    ['/l', 'guest.html'],
    ['/console/ns/demo', 'guest.html'],
    ['/console/ns/demo/serial', 'guest.html'],
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

  it('sends assets compressed, to be kept for ever', async () => {
    const response = await get('/assets/ours.js', { headers: { 'accept-encoding': 'gzip' } });
    expect(response.headers.get('content-encoding')).toBe('gzip');
    expect(response.headers.get('cache-control')).toContain('immutable');
    expect(await response.text()).toContain('an asset of the dashboard');
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
