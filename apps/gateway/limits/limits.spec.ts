import { beforeAll, describe, expect, it } from 'vitest';
import { newCode } from '#libs/token';
import { type Call, call, type Reply } from '../testing/clients.js';
import { VNC } from '../testing/gateway.js';
import { OWN_ORIGIN, serveUsers, statusOf } from '../testing/rest.js';
import { useGateway } from '../testing/use-gateway.js';

const { cluster, gateway } = useGateway({ TRUSTED_HOPS: '1' });

beforeAll(async () => {
  serveUsers(cluster);
});

const json = { 'content-type': 'application/json', origin: OWN_ORIGIN };
type Door = [method: string, path: string, make: () => Call];
const set: Door = ['GET', '/auth/jwt/set?token=a.b.c', () => ({})];
const DOORS: Door[] = [
  set,
  ['POST', '/l', () => ({ headers: json, body: JSON.stringify({ code: newCode() }) })],
  ['POST', '/login', () => ({ headers: json, body: JSON.stringify({ token: 'ended' }) })],
  ['POST', '/auth/jwt/set', () => ({ headers: json, body: '{"token":"a.b.c"}' })],
  ['POST', '/auth/jwt/request', () => ({ headers: json, body: '{}' })],
];

/** So many at once, from an address that the trusted proxy saw; what stands left of it is the client's invention. */
function tries(times: number, address: string, [method, path, make]: Door): Promise<Reply[]> {
  const one = (i: number): Promise<Reply> => {
    const { headers, ...rest } = make();
    return call(gateway.port, path, {
      method,
      ...rest,
      headers: { ...headers, 'x-forwarded-for': `9.9.9.${i}, ${address}` },
    });
  };
  return Promise.all(Array.from({ length: times }, (_, i) => one(i)));
}

describe('row 21: floods of tries', () => {
  it.each(DOORS)('%s %s', async (...door) => {
    const i = DOORS.findIndex(([method, path]) => method === door[0] && path === door[1]);
    const refused = (await tries(400, `192.0.2.${i}`, door)).filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThanOrEqual(15);
    const [first] = refused;
    expect(first && statusOf(first)).toMatchObject({ reason: 'TooManyRequests' });
    expect(first?.body).toMatch(/Too many attempts from your address\. Try again in (1 second|(?!1 )\d+ seconds)\./);
    expect(Number(first?.headers['retry-after'])).toBeGreaterThan(0);
    const [other] = await tries(1, `192.0.2.${100 + i}`, door);
    expect(other?.status).not.toBe(429);
  });

  it('what succeeds does not count, and neither does what a grant opens', async () => {
    const headers = { 'x-forwarded-for': '192.0.2.50' };
    const { status } = await cluster.grant({ urls: ['/api/v1/namespaces/ns/pods'] });
    for (let i = 0; i < 320; i++) {
      expect((await call(gateway.port, `/auth/jwt/set?token=${status?.token}`, { headers })).status).toBe(302);
    }
    await tries(400, '192.0.2.50', set);
    const authorization = `Bearer ${status?.token}`;
    const pods = await call(gateway.port, '/k8s/api/v1/namespaces/ns/pods', { headers: { ...headers, authorization } });
    expect(pods.status).toBe(200);
    expect((await call(gateway.port, VNC, { headers })).status).toBe(401);
  });

  it('a browser is shown a page', async () => {
    const open: Door = ['GET', '/auth/jwt/set?token=a.b.c', () => ({ headers: { accept: 'text/html' } })];
    const page = (await tries(400, '192.0.2.60', open)).find(({ status }) => status === 429);
    expect(page?.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(page?.body).toContain('Too many attempts');
  });
});
