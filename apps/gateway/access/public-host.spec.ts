import { describe, expect, it } from 'vitest';
import { linkHash, newCode } from '#libs/token';
import { refuseForeignHost } from '../http/public-url.js';
import { Refusal } from '../http/refusal.js';
import { call } from '../testing/clients.js';
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

describe('what counts as a public URL', () => {
  const [publicUrls, originalUrl] = [[new URL('https://gate.example.com'), new URL('http://localhost:8080')], '/'];
  const judged = (headers: Record<string, string>, trustedHops = 0) => {
    return () => refuseForeignHost({ headers, originalUrl }, { publicUrls, trustedHops });
  };

  it.each(['gate.example.com', 'GATE.example.com', 'gate.example.com:443', 'localhost:8080'])('%s does', (host) => {
    expect(judged({ host })).not.toThrow();
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
  ])('%j does not', (host) => expect(judged({ host })).toThrow(Refusal));

  it('a proxy in front may rewrite Host, but only one that is trusted', () => {
    const headers = { host: 'gs.ns.svc:8080', 'x-forwarded-host': 'gate.example.com' };
    expect(judged(headers, 1)).not.toThrow();
    expect(judged(headers)).toThrow(Refusal);
  });
});
