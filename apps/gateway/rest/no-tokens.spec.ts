import { beforeAll, describe, expect, it } from 'vitest';
import { type CheckResponse } from '#libs/api';
import { call } from '../testing/clients.js';
import { asAda, serveUsers, statusOf } from '../testing/rest.js';
import { useGateway } from '../testing/use-gateway.js';

const TOKENS = '/namespaces/ns/gatetokens';
const { cluster, gateway } = useGateway({ STORE_TOKENS: 'false' });

/** What reached the API server since, but for who asks. */
const created = (): string[] =>
  cluster.api.seen.filter(({ method, url }) => method === 'POST' && url?.includes('gatetokens')).map(({ url }) => url);

beforeAll(() => serveUsers(cluster, { 'POST /gatetokens': { code: 201, body: {} } }));

describe('row 8: a gateway whose GateServer stores no tokens', () => {
  const said = 'The gateway of namespace ns issues no JWTs: store-tokens is false in its GateServer.';

  it('refuses ?token=true at once, and creates nothing', async () => {
    const reply = await asAda(gateway.port, 'POST', `${TOKENS}?token=true`, { vm: 'demo' });
    const message = `${said} Leave out ?token=true to get a link instead.`;
    expect(statusOf(reply)).toMatchObject({ code: 409, reason: 'Conflict', message });
    expect(created()).toEqual([]);
  });

  it('refuses POST /auth/jwt/request at once, and creates nothing', async () => {
    const headers = { authorization: 'Bearer ada', 'content-type': 'application/json' };
    const body = JSON.stringify({ URLs: ['/api'] });
    const reply = await call(gateway.port, '/auth/jwt/request', { method: 'POST', headers, body });
    const message = `${said} Issue a link instead: POST /api/v1/namespaces/ns/gatetokens.`;
    expect(statusOf(reply)).toMatchObject({ code: 409, reason: 'Conflict', message });
    expect(created()).toEqual([]);
  });

  it('says so when it is asked before; a link it would issue', async () => {
    const check = async (query: string): Promise<CheckResponse> =>
      JSON.parse((await asAda(gateway.port, 'POST', `${TOKENS}/check${query}`, { vm: 'demo' })).body) as CheckResponse;
    expect((await check('?token=true')).problems).toEqual([`${said} Leave out ?token=true to get a link instead.`]);
    expect(await check('')).toMatchObject({ allowed: true, problems: [] });
  });

  it('a query that is none of these is refused', async () => {
    expect((await asAda(gateway.port, 'POST', `${TOKENS}/check?token=yes`, { vm: 'demo' })).status).toBe(400);
  });
});
