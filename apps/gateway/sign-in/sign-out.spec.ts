import { beforeAll, describe, expect, it } from 'vitest';
import { call, view } from '../testing/clients.js';
import { VNC } from '../testing/gateway.js';
import { events, OWN_ORIGIN, serveUsers, signedIn } from '../testing/rest.js';
import { useGateway } from '../testing/use-gateway.js';

const { cluster, gateway } = useGateway();

beforeAll(async () => {
  serveUsers(cluster);
});

describe('row 6: GET /auth/logout', () => {
  it.each(['cross-site', 'same-site', 'weird', undefined])('asks first where %s led there', async (site) => {
    const cookie = await signedIn(`from ${site}`);
    const headers = { cookie, ...(site === undefined ? {} : { 'sec-fetch-site': site }) };
    const page = await call(gateway.port, '/auth/logout', { headers });
    expect([page.status, page.headers['set-cookie'], page.headers['clear-site-data']]).toEqual([
      200,
      undefined,
      undefined,
    ]);
    expect(page.body).toContain('<form method="post" action="/auth/logout"><button type="submit">Sign out</button>');
    expect((await call(gateway.port, '/api/v1/session', { headers: { cookie } })).status).toBe(200);
  });

  it.each(['same-origin', 'none'])('signs out from our own pages, and when the address is typed: %s', async (site) => {
    const cookie = await signedIn(site);
    const reply = await call(gateway.port, '/auth/logout', { headers: { cookie, 'sec-fetch-site': site } });
    expect([reply.status, reply.headers.location]).toEqual([303, '/login']);
    expect(reply.headers['set-cookie']?.join()).toMatch(/^kg-sign-in=;.*1970/);
    expect(reply.headers['clear-site-data']).toBe('"cache"');
    expect((await call(gateway.port, '/api/v1/session', { headers: { cookie } })).status).toBe(401);
  });
});

describe('row 10: signing out', () => {
  it.each([
    ['POST', '/auth/logout'],
    ['DELETE', '/api/v1/session'],
  ])('%s %s cuts what is open by this sign-in, and nothing else', async (method, path) => {
    const [cookie, other] = [await signedIn(`ada ${method}`), await signedIn(`ada elsewhere ${method}`)];
    const serial = VNC.replace(/vnc$/, 'console');
    const viewer = await view(gateway.port, VNC, { cookie, origin: OWN_ORIGIN });
    const elsewhere = await view(gateway.port, serial, { cookie: other, origin: OWN_ORIGIN });
    const stream = await events(gateway.port, '/api/v1/namespaces/ns/events', { cookie });
    await viewer.receives('RFB');
    const reply = await call(gateway.port, path, { method, headers: { cookie, origin: OWN_ORIGIN } });
    expect(reply.headers['clear-site-data']).toBe('"cache"');
    expect(await viewer.ended).toEqual({ code: 4001, reason: 'Your sign-in has ended.' });
    await stream.ended;
    expect((await call(gateway.port, VNC, { headers: { cookie } })).status).toBe(401);
    expect(elsewhere.socket.readyState).toBe(elsewhere.socket.OPEN);
    elsewhere.socket.close();
    await elsewhere.ended;
  });
});

it('/api/docs has a policy, and is framed by nobody', async () => {
  const page = await call(gateway.port, '/api/docs', { headers: { accept: 'text/html' } });
  expect(page.headers['content-security-policy']).toMatch(
    /^default-src 'none'; script-src 'self';.*frame-ancestors 'none'$/,
  );
  expect(page.body).not.toMatch(/<script(?![^>]*src=)/);
});
