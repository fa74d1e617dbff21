import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { linkHash, newCode } from '#libs/token';
import { call } from '../testing/clients.js';
import { json } from '../testing/fake-api.js';
import { startGateway, TestCluster, type TestGateway } from '../testing/gateway.js';
import { failure } from '../testing/rest.js';

let cluster: TestCluster;
let gateway: TestGateway;
beforeAll(async () => {
  cluster = await TestCluster.start();
  gateway = await startGateway(cluster);
});
afterEach(() => {
  cluster.api.answer = () => false;
});
afterAll(async () => {
  await gateway.close();
  await cluster.close();
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
    const id = /\(([0-9a-f-]{36})\)/.exec(reply.body)?.[1];
    expect(lines[0]).toContain(id);
  });
});
