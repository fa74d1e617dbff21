import { afterEach, describe, expect, it } from 'vitest';
import { linkHash, newCode } from '#libs/token';
import { call, refusedUpgrade } from '../testing/clients.js';
import { json } from '../testing/fake-api.js';
import { linesOf, VNC } from '../testing/gateway.js';
import { failure } from '../testing/rest.js';
import { useGateway } from '../testing/use-gateway.js';

const { cluster, gateway } = useGateway();
afterEach(() => {
  cluster.api.answer = () => false;
});

const open = (code: string) =>
  call(gateway.port, '/l', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code, redeem: true }),
  });

/** The API server answers the gateway's requests of this method for GateTokens with this status. */
function fail(method: string, code: number): void {
  cluster.api.answer = (req, res) => {
    if (req.method !== method || !req.url?.includes('/gatetokens') || req.url.includes('watch=')) return false;
    json(res, failure(code, 'system:serviceaccount:ns:gw may not'), code);
    return true;
  };
}

const faults = (): string[] => gateway.log.filter((line) => line.includes('unexpected error'));

describe("a fault of the gateway's own requests", () => {
  it.each([500, 503, 429])('asks to try again when the cluster answers %i', async (code) => {
    const before = faults().length;
    fail('PATCH', code);
    const link = newCode();
    await cluster.grant({ 'link-hash': linkHash(link), 'single-use': true });
    const reply = await open(link);
    expect([reply.status, reply.headers['retry-after']]).toEqual([503, '5']);
    expect(faults()).toHaveLength(before);
    expect(reply.body).not.toContain('serviceaccount');
    expect(linesOf(gateway, reply).map((line) => JSON.parse(line) as object)).toEqual([
      expect.objectContaining({
        level: 'warn',
        msg: 'a server behind the gateway failed',
        err: expect.objectContaining({ message: 'system:serviceaccount:ns:gw may not' }) as object,
      }),
    ]);
  });

  it.each([
    ['finding a link', 'GET'],
    ['redeeming a link', 'PATCH'],
  ])('is logged once and stays opaque when the cluster forbids %s', async (_, method) => {
    const before = faults().length;
    const link = newCode();
    if (method === 'PATCH') await cluster.grant({ 'link-hash': linkHash(link), 'single-use': true });
    fail(method, 403);
    const reply = await open(link);
    expect(reply.status).toBe(500);
    expect(reply.body).not.toContain('serviceaccount');
    const lines = faults().slice(before);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('system:serviceaccount:ns:gw may not');
    expect(linesOf(gateway, reply)).toEqual(lines);
  });

  it.each([
    ['a request', (headers: Record<string, string>) => call(gateway.port, VNC, { headers })],
    ['an upgrade', (headers: Record<string, string>) => refusedUpgrade(gateway.port, VNC, headers)],
  ])('under /k8s answers %s with the ID of its log line', async (_, send) => {
    const exp = Math.floor(Date.now() / 1000) + 60;
    const jwt = await cluster.sign({
      exp,
      nbf: 0,
      URLs: [VNC],
      verbs: ['get'],
      jti: 'x',
      sub: 'ns/x',
      iss: 'http://x',
    });
    fail('GET', 403);
    const reply = await send({ authorization: `Bearer ${jwt}` });
    expect(reply.status).toBe(500);
    expect(linesOf(gateway, reply)).toHaveLength(1);
    expect(linesOf(gateway, reply)[0]).toContain('system:serviceaccount:ns:gw may not');
  });
});
