import { expect, it } from 'vitest';
import { call } from '../testing/clients.js';
import { OWN_ORIGIN, serveUsers, signedIn } from '../testing/rest.js';
import { routesOf } from '../testing/routes.js';
import { useGateway } from '../testing/use-gateway.js';

/** Every route that answers without a credential. A new one is added here, with the reason at the route. */
const PUBLIC = [
  // Links and the original system's way in: their code or token is the credential.
  'POST /l',
  'GET /auth/jwt/set',
  'POST /auth/jwt/set',
  'GET /noVNC/vnc_lite.html',
  // Whether a browser keeps cookies, before there is one to hold.
  'GET /api/v1/cookies',
  // Signing in and out.
  'POST /login',
  'GET /auth/login',
  'GET /auth/callback',
  'GET /auth/logout',
  'POST /auth/logout',
  // Pages: they hold nothing; what they show comes from the REST API.
  'GET /',
  'GET /login',
  'GET /vms',
  'GET /vms/*path',
  'GET /links',
  'GET /l',
  'GET /l%23:code',
  'GET /l/%23:code',
  'GET /console/:ns/:vm',
  'GET /console/:ns/:vm/serial',
  'GET /assets/*path',
  'GET /favicon.svg',
  'GET /favicon.ico',
  'GET /robots.txt',
  // The description of the REST API.
  'GET /api/openapi.json',
  'GET /api/docs',
  'GET /api/docs/',
  'GET /api/docs/LICENSE',
  'GET /api/docs/index.html',
  'GET /api/docs/swagger-ui-init.js',
  'GET /api/docs/docs/swagger-ui-init.js',
  // For programs.
  'GET /healthz',
  'GET /readyz',
  'GET /.well-known/jwks.json',
];

const { cluster, gateway } = useGateway();

it('asks for a credential on every route but those that are public', async () => {
  const routes = routesOf(gateway.app);
  expect(routes.length).toBeGreaterThan(40);
  const open = new Set<string>();
  for (const { method, path } of routes) {
    const target = path.replace(/:(\w+)/g, 'demo').replace(/\*\w+/g, 'x');
    const { status } = await call(gateway.port, target, { method });
    if (status !== 401) open.add(`${method} ${path}`);
  }
  expect([...open].toSorted()).toEqual(PUBLIC.toSorted());
});

it('takes no sign-in where a token is asked for, and no grant where a user is', async () => {
  serveUsers(cluster);
  const cookie = await signedIn('ada');
  const headers = { cookie, origin: OWN_ORIGIN };
  expect((await call(gateway.port, '/api/v1/session', { headers })).status).toBe(200);
  expect((await call(gateway.port, '/auth/jwt/request', { method: 'POST', headers })).status).toBe(401);
  expect((await call(gateway.port, '/api/v1/grant?namespace=ns&vm=demo', { headers })).status).toBe(401);
  const { status } = await cluster.grant();
  const grant = { cookie: `kg-jwt-session-code=${status?.token ?? ''}` };
  expect((await call(gateway.port, '/api/v1/grant?namespace=ns&vm=demo', { headers: grant })).status).toBe(200);
  expect((await call(gateway.port, '/api/v1/session', { headers: grant })).status).toBe(401);
});
