import { request, type IncomingMessage, type ServerResponse } from 'node:http';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { call, PUBLIC_HOST, type Reply } from '../testing/clients.js';
import { until } from '../testing/gateway.js';
import { asAda, failure, OWN_ORIGIN, serveUsers } from '../testing/rest.js';
import { useGateway } from '../testing/use-gateway.js';

const { cluster, gateway } = useGateway();
const TOKENS = '/namespaces/ns/gatetokens';
type Line = Record<string, unknown>;

beforeEach(() => {
  gateway.log.length = 0;
});
afterEach(() => {
  cluster.api.answer = () => false;
});

const lines = () => gateway.log.map((line) => JSON.parse(line) as Line).filter(({ audit }) => audit !== undefined);

/** All lines, once the action and what was asked afterwards have theirs. */
async function written(): Promise<Line[]> {
  await call(gateway.port, '/k8s/marker');
  const isMarker = ({ what }: Line) => (what as { path?: string }).path === '/k8s/marker';
  await until(() => lines().some(isMarker) && !lines().every(isMarker));
  return lines().filter((line) => !isMarker(line));
}

const json = { 'content-type': 'application/json', origin: OWN_ORIGIN };
const post = (path: string, body: object, headers: Record<string, string> = json): Promise<Reply> =>
  call(gateway.port, path, { method: 'POST', headers: { ...json, ...headers }, body: JSON.stringify(body) });
const ada = (method: string, path: string, body?: object) => () => asAda(gateway.port, method, path, body);

const ACTIONS: [string, () => Promise<Reply>][] = [
  ['issue', ada('POST', TOKENS, { vm: 'demo' })],
  ['issue', () => post('/auth/jwt/request', { URLs: ['/version'] }, { authorization: 'Bearer ada' })],
  ['check', ada('POST', `${TOKENS}/check`, { vm: 'demo' })],
  ['revoke', ada('POST', `${TOKENS}/x/revoke`)],
  ['delete', ada('DELETE', `${TOKENS}/x`)],
  ['cut', ada('DELETE', '/namespaces/ns/gatesessions/x')],
  ['vm-action', ada('PUT', '/namespaces/ns/vms/demo/restart')],
  ['sign-in', () => post('/login', { token: 'ada' })],
];

/** What a person's request makes the cluster do, other than say who they are. */
const isAct = (audit: string, { url = '', headers }: IncomingMessage): boolean =>
  headers.authorization === 'Bearer ada' && (audit === 'sign-in' || !url.endsWith('/selfsubjectreviews'));

it.each(ACTIONS)('an action that the cluster cuts has one line: %s', async (audit, act) => {
  serveUsers(cluster);
  const { answer } = cluster.api;
  cluster.api.answer = (req, res, body) => (isAct(audit, req) ? res.destroy() === res : answer(req, res, body));
  expect((await act()).status).toBe(502);
  expect(await written()).toEqual([
    expect.objectContaining({ audit, outcome: 'failed', code: 502, from: '127.0.0.1' }),
  ]);
});

it.each(ACTIONS.filter(([audit]) => audit !== 'sign-in'))(
  'an action with a token that the cluster does not know has one line, without a user: %s',
  async (audit, act) => {
    serveUsers(cluster);
    const { answer } = cluster.api;
    cluster.api.answer = (req, res, body) => {
      if (req.headers.authorization === 'Bearer ada') req.headers.authorization = 'Bearer ended';
      return answer(req, res, body);
    };
    expect((await act()).status).toBe(401);
    const all = await written();
    expect(all).toEqual([expect.objectContaining({ audit, outcome: 'refused', code: 401 })]);
    expect(all[0]).not.toHaveProperty('who');
  },
);

it('an action whose client leaves before it is done has its line, with the address', async () => {
  const { metadata } = await cluster.grant();
  serveUsers(cluster);
  const { answer } = cluster.api;
  const held: [IncomingMessage, ServerResponse][] = [];
  cluster.api.answer = (req, res, body) =>
    req.method === 'PATCH' && isAct('revoke', req) ? held.push([req, res]) > 0 : answer(req, res, body);
  const path = `/api/v1${TOKENS}/${metadata.name}/revoke`;
  const headers = { ...json, authorization: 'Bearer ada', host: PUBLIC_HOST };
  const left = new Promise((resolve) =>
    gateway.server.once('connection', (socket: IncomingMessage['socket']) => socket.once('close', resolve)),
  );
  const client = request({ port: gateway.port, host: '127.0.0.1', path, method: 'POST', headers, agent: false });
  client.on('error', () => undefined).end();
  await until(() => held.length > 0);
  client.destroy();
  await left;
  held[0]?.[1].writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ metadata, spec: {} }));
  await until(() => lines().length > 0);
  expect(await written()).toEqual([
    expect.objectContaining({ audit: 'revoke', outcome: 'allowed', who: { user: 'ada' }, from: '127.0.0.1' }),
  ]);
});

it('an issue line tells what was asked for, also where it is refused, and in the present names of fields', async () => {
  serveUsers(cluster, { 'POST /gatetokens': { code: 403, body: failure(403, 'no', 'Forbidden') } });
  await asAda(gateway.port, 'POST', TOKENS, { vm: 'demo', duration: '2h', singleUse: true, description: 'for bob' });
  await asAda(gateway.port, 'POST', TOKENS, { vm: 7, urls: ['/version'], 'view-only': true });
  await post('/auth/jwt/request', { URLs: ['/version'], verbs: ['get'] }, { authorization: 'Bearer ada' });
  await asAda(gateway.port, 'DELETE', `${TOKENS}/x`);
  expect((await written()).map(({ audit, grant }) => [audit, grant])).toEqual([
    ['issue', { vm: 'demo', duration: '2h', 'single-use': true }],
    ['issue', { urls: ['/version'], 'view-only': true }],
    ['issue', { urls: ['/version'], verbs: ['get'] }],
    ['delete', undefined],
  ]);
});
