import { describe, expect, it } from 'vitest';
import { type Status } from '#libs/api';
import { linkHash, newCode } from '#libs/token';
import { call, type Reply } from '../testing/clients.js';
import { startGateway } from '../testing/gateway.js';
import { useGateway } from '../testing/use-gateway.js';

const { cluster, gateway } = useGateway();

const ORIGIN = 'https://gate.example.com';
const cookiesOf = ({ headers }: Reply): string =>
  (headers['set-cookie'] ?? []).map((one) => one.split(';')[0]).join('; ');
const check = (headers: Record<string, string> = {}, port = gateway.port): Promise<Reply> =>
  call(port, '/api/v1/cookies', { headers });

const post = (path: string, body: object, cookie = '', accept = '*/*'): Promise<Reply> =>
  call(gateway.port, path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: ORIGIN, accept, ...(cookie && { cookie }) },
    body: JSON.stringify(body),
  });

describe('GET /api/v1/cookies', () => {
  it('sets a cookie, and tells whether it came back', async () => {
    const first = await check();
    expect([first.status, first.body]).toEqual([200, '{"kept":false}']);
    expect(first.headers['cache-control']).toBe('no-store');
    expect((await check({ cookie: cookiesOf(first) })).body).toBe('{"kept":true}');
    expect((await check({ cookie: 'kg-sign-in=x' })).body).toBe('{"kept":false}');
  });

  it('by a cookie with the attributes of those of links', async () => {
    const [cookie] = (await check()).headers['set-cookie'] ?? [];
    expect(cookie).toBe('kg-probe=1; Path=/; HttpOnly; Secure; SameSite=Lax');
    const [local] = (await check({ host: 'localhost:8080' })).headers['set-cookie'] ?? [];
    expect(local).not.toContain('Secure');
    const framed = await startGateway(cluster, { FRAME_ANCESTORS: 'https://portal.example.com' });
    const [embedded] = (await check({}, framed.port)).headers['set-cookie'] ?? [];
    await framed.close();
    expect(embedded).toBe('kg-probe=1; Path=/; HttpOnly; Secure; Partitioned; SameSite=None');
  });
});

describe('a browser that does not keep cookies', () => {
  it('uses up no link by its code, and is told why', async () => {
    const code = newCode();
    await cluster.grant({ vm: 'demo', 'link-hash': linkHash(code), 'single-use': true });
    const redeem = { code, redeem: true, 'check-cookies': true };
    const refused = await post('/l', redeem);
    const { reason, message } = JSON.parse(refused.body) as Status;
    expect([refused.status, reason]).toEqual([400, 'CookiesBlocked']);
    expect(message).toMatch(/need cookies.*not been used.*Allow cookies/);
    expect(refused.headers['set-cookie']).toBeUndefined();
    expect((await post('/l', redeem, cookiesOf(await check()))).status).toBe(200);
    expect((await post('/l', redeem, cookiesOf(await check()))).status).toBe(410);
  });

  it('uses up no link by its JWT: the page with the button sets the cookie, the button needs it', async () => {
    const jwt = (await cluster.grant({ 'single-use': true })).status?.token ?? '';
    const page = await call(gateway.port, `/auth/jwt/set?token=${jwt}`);
    expect(page.body).toContain('<input type="hidden" name="check-cookies" value="true">');
    const form = { token: jwt, 'check-cookies': 'true' };
    const refused = await post('/auth/jwt/set', form, '', 'text/html');
    expect(refused.status).toBe(400);
    expect(refused.body).toContain('<h1>This browser blocks cookies</h1>');
    expect((await post('/auth/jwt/set', form, cookiesOf(page))).status).toBe(302);
  });

  it('does not concern scripts, which redeem with one request', async () => {
    const code = newCode();
    await cluster.grant({ vm: 'demo', 'link-hash': linkHash(code), 'single-use': true });
    expect((await post('/l', { code, redeem: true })).status).toBe(200);
    const jwt = (await cluster.grant({ 'single-use': true })).status?.token ?? '';
    expect((await post('/auth/jwt/set', { token: jwt })).status).toBe(302);
  });
});
