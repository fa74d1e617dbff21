import { describe, expect, it } from 'vitest';
import { type GateToken } from '#libs/api';
import { linkHash, newCode } from '#libs/token';
import { call, type Reply } from '../testing/clients.js';
import { until } from '../testing/gateway.js';
import { useGateway } from '../testing/use-gateway.js';

const PODS = '/k8s/api/v1/namespaces/ns/pods';
const { cluster, gateway } = useGateway();

const ORIGIN = { origin: 'https://gate.example.com', 'content-type': 'application/json' };
const ask = (headers: Record<string, string>): Promise<Reply> => call(gateway.port, PODS, { headers });
const urls = [PODS.slice('/k8s'.length)];

/** The header of a script, and that of a browser that has redeemed a link, both of which the gateway has seen. */
async function seen(): Promise<[GateToken, Record<string, string>][]> {
  const grant = await cluster.grant({ urls });
  const bearer = { authorization: `Bearer ${grant.status?.token ?? ''}` };
  const code = newCode();
  const linked = await cluster.grant({ urls, 'link-hash': linkHash(code) });
  const body = JSON.stringify({ code, redeem: true });
  const redeemed = await call(gateway.port, '/l', { method: 'POST', headers: ORIGIN, body });
  const cookie = (redeemed.headers['set-cookie'] ?? []).map((line) => line.split(';', 1)[0]).join('; ');
  const all: [GateToken, Record<string, string>][] = [
    [grant, bearer],
    [linked, { cookie }],
  ];
  for (const [, headers] of all) {
    for (let i = 0; i < 3; i += 1) expect((await ask(headers)).status).toBe(200);
  }
  return all;
}

describe('row 10: a credential that was seen before gives nothing any more', () => {
  it.each<[string, (grant: GateToken) => void]>([
    ['revoked', (grant) => cluster.revoke(grant)],
    ['refused', (grant) => cluster.refuse(grant, 'SecretNotFound')],
    ['taken back', (grant) => cluster.takeBack(grant)],
    ['deleted', ({ metadata: { name } }) => cluster.api.objects.delete('gatetokens', name ?? '')],
  ])('once its grant is %s', async (_what, end) => {
    for (const [grant, headers] of await seen()) {
      end(grant);
      await until(async () => (await ask(headers)).status === 401);
    }
  });

  it('in another header', async () => {
    for (const [, headers] of await seen()) {
      const [text = ''] = Object.values(headers);
      const other = 'cookie' in headers ? { authorization: text } : { cookie: text };
      expect((await ask(other as Record<string, string>)).status).toBe(401);
    }
  });
});
