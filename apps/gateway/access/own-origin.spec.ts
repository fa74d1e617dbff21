import { beforeAll, describe, expect, it } from 'vitest';
import { call } from '../testing/clients.js';
import { OWN_ORIGIN, serveUsers, signedIn } from '../testing/rest.js';
import { useGateway } from '../testing/use-gateway.js';

const { cluster, gateway } = useGateway();
let cookie: string;

beforeAll(async () => {
  cookie = await signedIn('ada');
  serveUsers(cluster);
});

const ROUTES = [
  ['GET', '/api/v1/session'],
  ['DELETE', '/api/v1/session'],
  ['GET', '/api/v1/namespaces'],
  ['GET', '/API/V1/namespaces/'],
  ['GET', '/api/v1/namespaces/ns/events'],
  ['POST', '/api/v1/namespaces/ns/gatetokens'],
  ['PUT', '/api/v1/namespaces/ns/vms/demo/stop'],
  ['GET', '/api/v1/grant?namespace=ns&vm=demo'],
  ['POST', '/auth/jwt/request'],
  ['POST', '/Auth/JWT/request/'],
] as const;

describe.each(ROUTES)('row 6: %s %s', (method, path) => {
  it.each(['https://evil.example.com', 'null', 'https://gate.example.com.evil.example.com', 'http://gate.example.com'])(
    'is refused from %s, with a bearer and with a cookie, before Kubernetes is asked',
    async (origin) => {
      const before = cluster.api.forwarded.length;
      for (const credential of [{ authorization: 'Bearer ada' }, { cookie }]) {
        const reply = await call(gateway.port, path, { method, headers: { origin, ...credential } });
        expect([reply.status, reply.body]).toEqual([403, expect.stringContaining('came from another site')]);
      }
      expect(cluster.api.forwarded.length).toBe(before);
    },
  );
});

describe('row 6: what is not from another site', () => {
  it('passes with the own Origin, and with a bearer without one', async () => {
    for (const headers of [
      { authorization: 'Bearer ada' },
      { authorization: 'Bearer ada', origin: OWN_ORIGIN },
      { cookie, origin: 'http://localhost:8080' },
      { cookie, 'sec-fetch-site': 'same-origin' },
      { cookie },
    ]) {
      expect((await call(gateway.port, '/api/v1/session', { headers })).status).toBe(200);
    }
  });

  it('an unsafe method with a cookie needs to say where it comes from', async () => {
    const leave = (headers: Record<string, string>): ReturnType<typeof call> =>
      call(gateway.port, '/api/v1/session', { method: 'DELETE', headers: { cookie, ...headers } });
    expect((await leave({})).status).toBe(403);
    expect((await leave({ 'sec-fetch-site': 'same-site' })).status).toBe(403);
    expect((await leave({ authorization: 'Basic eDp5' })).status).toBe(403); // Browsers send that by themselves.
    expect((await leave({ authorization: 'Bearer caf\u00e9' })).status).toBe(401); // No token, so no proof either.
    expect((await leave({ 'sec-fetch-site': 'same-origin' })).status).toBe(204);
    expect((await leave({ origin: OWN_ORIGIN, cookie: await signedIn('ada again') })).status).toBe(204);
  });
});
