import { connect, type Socket } from 'node:net';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { linkHash, newCode } from '#libs/token';
import { Identities } from '../credentials/identities.js';
import { Refusal } from '../http/refusal.js';
import { call, openRaw, refusedUpgrade } from '../testing/clients.js';
import { startGateway, type TestGateway, until, VNC } from '../testing/gateway.js';
import { useGateway } from '../testing/use-gateway.js';
import { Forwarder } from './forwarder.js';
import { Pipeline } from './pipeline.js';

const { cluster, gateway } = useGateway();
const PODS = '/k8s/api/v1/namespaces/ns/pods';
const EXEC = `${PODS}/x/exec`;
type Line = Record<string, unknown>;

let headers: Record<string, string>;
let who: { grant: string };

beforeAll(async () => {
  const urls = [PODS, `${PODS}/*`, EXEC, VNC].map((url) => url.slice('/k8s'.length));
  const { status, metadata } = await cluster.grant({ urls, verbs: ['get', 'delete'] });
  headers = { authorization: `Bearer ${status?.token ?? ''}` };
  who = { grant: `ns/${metadata.name}` };
});
beforeEach(() => {
  gateway.log.length = 0;
});
afterEach(() => {
  cluster.api.answer = () => false;
  cluster.api.answerUpgrade = () => false;
  vi.restoreAllMocks();
});

const get = <T>(type: abstract new (...args: never[]) => T): T => gateway.app.get<T>(type, { strict: false });
const auditOf = ({ log }: Pick<TestGateway, 'log'>): Line[] =>
  log.map((line) => JSON.parse(line) as Line).filter(({ audit }) => audit !== undefined);

/** All lines, once what was asked afterwards has its own. */
async function lines(): Promise<Line[]> {
  await until(() => auditOf(gateway).length > 0);
  await call(gateway.port, '/k8s/marker');
  const isMarker = ({ what }: Line) => (what as { path?: string }).path === '/k8s/marker';
  await until(() => auditOf(gateway).some(isMarker));
  return auditOf(gateway).filter((line) => !isMarker(line));
}

const noToken = () =>
  vi.spyOn(get(Identities), 'token').mockRejectedValueOnce(new Refusal(503, 'There is no token.', 'Try again.'));
const bug = () => new Error('a bug');
const noVerdict = () => vi.spyOn(get(Pipeline), 'authorize').mockRejectedValueOnce(bug());

const remove = () => call(gateway.port, `${PODS}/x`, { method: 'DELETE', headers });
const read = () => call(gateway.port, PODS, { headers });
const exec = () => refusedUpgrade(gateway.port, EXEC, headers);
const open = () => refusedUpgrade(gateway.port, VNC, headers);
/** A client whose connection is lost as soon as it has asked. Resolves when the gateway has gone on without it. */
const leaving = (begin: () => Socket) => async (): Promise<void> => {
  const pipeline = get(Pipeline);
  const authorize = pipeline.authorize.bind(pipeline);
  const connected = new Promise<Socket>((resolve) => gateway.server.once('connection', resolve));
  vi.spyOn(pipeline, 'authorize').mockImplementationOnce(async (incoming) => {
    const verdict = await authorize(incoming);
    const socket = (await connected).destroy();
    await until(() => socket.closed);
    return verdict;
  });
  const client = begin();
  await until(() => auditOf(gateway).length > 0);
  client.destroy();
};
const deleteRaw = (): Socket => {
  const socket = connect(gateway.port, '127.0.0.1');
  const lines = [`DELETE ${PODS}/x HTTP/1.1`, 'host: gate.example.com', `authorization: ${headers['authorization']}`];
  socket.on('error', () => undefined).write(`${lines.join('\r\n')}\r\n\r\n`);
  return socket;
};

const failed = (audit: string, code: number) => ({ audit, outcome: 'failed', code, from: '127.0.0.1' });

describe('each request under /k8s that is more than a read has one line, however it ends', () => {
  it.each<[string, () => unknown, () => Promise<unknown>, Line]>([
    ['a write without a token for the cluster', noToken, remove, { ...failed('write', 503) }],
    ['a read without one', noToken, read, { ...failed('refuse', 503) }],
    ['an upgrade without one', noToken, exec, { ...failed('upgrade', 503) }],
    [
      'a write that cannot be forwarded',
      () => vi.spyOn(get(Forwarder), 'web').mockRejectedValueOnce(bug()),
      remove,
      failed('write', 500),
    ],
    [
      'an upgrade that cannot be forwarded',
      () => vi.spyOn(get(Forwarder), 'upgrade').mockRejectedValueOnce(bug()),
      exec,
      failed('upgrade', 500),
    ],
    [
      'a write that the cluster cuts',
      () => (cluster.api.answer = (req, res) => req.method === 'DELETE' && res.destroy() === res),
      remove,
      failed('write', 502),
    ],
    [
      'a console whose handshake is broken',
      () => undefined,
      brokenConsole,
      { audit: 'open', outcome: 'refused', code: 400 },
    ],
    ['a write whose client leaves', () => undefined, leaving(deleteRaw), failed('write', 499)],
    [
      'an upgrade whose client leaves',
      () => undefined,
      leaving(() => openRaw(gateway.port, EXEC, headers)),
      failed('upgrade', 499),
    ],
    [
      'a console whose client leaves',
      () => undefined,
      leaving(() => openRaw(gateway.port, VNC, headers)),
      failed('open', 499),
    ],
  ])('%s', async (_what, arrange, act, line) => {
    const before = cluster.api.forwarded.length;
    arrange();
    await act();
    expect(await lines()).toEqual([expect.objectContaining({ ...line, who })]);
    if (line['code'] === 499) expect(cluster.api.forwarded.length).toBe(before);
  });

  it.each<[string, () => unknown, () => Promise<unknown>, Line]>([
    ['a write', noVerdict, remove, failed('refuse', 500)],
    ['an upgrade', noVerdict, exec, failed('refuse', 500)],
    ['a console', noVerdict, open, failed('refuse', 500)],
    ['an upgrade that is no GET', () => undefined, postUpgrade, { audit: 'refuse', outcome: 'refused', code: 400 }],
  ])('%s that nobody has judged', async (_what, arrange, act, line) => {
    arrange();
    await act();
    expect(await lines()).toEqual([expect.objectContaining(line)]);
  });
});

function brokenConsole(): Promise<unknown> {
  return refusedUpgrade(gateway.port, VNC, { ...headers, 'sec-websocket-version': '1' });
}

function postUpgrade(): Promise<unknown> {
  const socket = connect(gateway.port, '127.0.0.1');
  const head = ['host: gate.example.com', 'connection: Upgrade', 'upgrade: websocket', 'content-length: 0'];
  socket.write(`POST ${EXEC} HTTP/1.1\r\n${head.join('\r\n')}\r\n\r\n`);
  return new Promise((resolve) => socket.once('close', resolve).resume());
}

it.each([
  ['a write', (port: number) => call(port, `${PODS}/x`, { method: 'DELETE', headers }), 'write'],
  ['an upgrade', (port: number) => refusedUpgrade(port, EXEC, headers), 'upgrade'],
])('%s that the gateway cuts when it shuts down has one line, with 503', async (_what, ask, audit) => {
  const own = await startGateway(cluster, { DRAIN_TIME: '100ms' });
  let came = false;
  cluster.api.answer = ({ url }) => url?.endsWith('/pods/x') === true && (came = true);
  cluster.api.answerUpgrade = (_req, socket) => (came = socket.resume() === socket);
  const asked = ask(own.port).catch((error: unknown) => error);
  await until(() => came);
  await own.close('SIGINT');
  await asked;
  await until(() => auditOf(own).length > 0);
  expect(auditOf(own)).toEqual([expect.objectContaining({ ...failed(audit, 503), who })]);
});

it('only the lines of so many refusals a minute are written: the others are counted', async () => {
  for (let i = 0; i < 100; i++) await call(gateway.port, '/k8s/api//v1');
  await call(gateway.port, '/k8s/api/v1/pods');
  await until(() => auditOf(gateway).some(({ rule }) => rule === 'no-credential'));
  expect(auditOf(gateway).filter(({ rule }) => rule === 'path')).toHaveLength(60);
});

it('so has a link whose use the cluster did not confirm: it may be used up', async () => {
  const code = newCode();
  const { metadata } = await cluster.grant({ vm: 'demo', 'link-hash': linkHash(code), 'single-use': true });
  cluster.api.answer = (req, res) => req.method === 'PATCH' && res.destroy() === res;
  const json = { 'content-type': 'application/json' };
  const body = JSON.stringify({ code, redeem: true });
  expect((await call(gateway.port, '/l', { method: 'POST', headers: json, body })).status).toBe(503);
  expect(await lines()).toEqual([
    expect.objectContaining({ ...failed('redeem', 503), who: { grant: `ns/${metadata.name}` }, how: 'link' }),
  ]);
});
