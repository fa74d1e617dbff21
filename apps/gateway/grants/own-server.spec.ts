import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GateToken } from '#libs/api';
import { linkHash, newCode } from '#libs/token';
import { call, type Reply } from '../testing/clients.js';
import { startGateway, TestCluster, type TestGateway, VNC } from '../testing/gateway.js';

/** Two GateServers of one namespace, `gs` and `vendor`, which trust the same keys. */
let cluster: TestCluster;
let gs: TestGateway;
let vendor: TestGateway;

beforeAll(async () => {
  cluster = await TestCluster.start();
  gs = await startGateway(cluster);
  vendor = await startGateway(cluster, { GATESERVER: 'vendor', JWKS_CONFIGMAP: 'gs-jwks', POD_NAME: 'pod-2' });
});
afterAll(async () => {
  await gs.close();
  await vendor.close();
  await cluster.close();
});

/** As the operator of this release leaves it. */
function belongsTo(name: string, token: GateToken): GateToken {
  return cluster.approve(token.metadata.name ?? '', { ...token.status, 'gate-server': name });
}

function open(code: string, { port }: TestGateway, redeem = true): Promise<Reply> {
  const body = JSON.stringify({ code, redeem });
  return call(port, '/l', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
}

describe('a grant of another GateServer of the namespace (security row 15)', () => {
  it('is an unknown link', async () => {
    const code = newCode();
    belongsTo('vendor', await cluster.grant({ vm: 'demo', 'link-hash': linkHash(code) }));
    const unknown = await open(newCode(), gs);
    for (const redeem of [true, false]) {
      const reply = await open(code, gs, redeem);
      expect([reply.status, reply.body]).toEqual([401, unknown.body]);
      expect(reply.headers['set-cookie']).toBeUndefined();
    }
    expect((await open(code, vendor)).status).toBe(200);
  });

  it('opens nothing by its JWT either, in a link, as a bearer or as a cookie', async () => {
    const { status } = belongsTo('vendor', await cluster.grant());
    const authorization = `Bearer ${status?.token}`;
    const grant = '/api/v1/grant?namespace=ns&vm=demo';
    expect((await call(gs.port, `/auth/jwt/set?token=${status?.token}`)).status).toBe(401);
    for (const headers of [{ authorization }, { cookie: `kg-jwt-session-code=${status?.token}` }]) {
      expect((await call(gs.port, VNC, { headers })).status).toBe(401);
      expect((await call(gs.port, grant, { headers })).status).toBe(401);
      expect((await call(vendor.port, grant, { headers })).status).toBe(200);
    }
  });

  it('one that no operator has given to a gateway opens every one: an older release signed it', async () => {
    const { status } = await cluster.grant();
    for (const { port } of [gs, vendor])
      expect((await call(port, `/auth/jwt/set?token=${status?.token}`)).status).toBe(302);
  });
});
