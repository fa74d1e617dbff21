import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server as TcpServer, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { kubeconfigOf, Upstream } from '#libs/kube';
import { type ApiRequest, parseRequest } from '#libs/policy';
import { Answers } from '../http/answers.js';
import { type Refusal } from '../http/refusal.js';
import { call, refusedUpgrade, view, type Viewer } from '../testing/clients.js';
import { FakeApi } from '../testing/fake-api.js';
import { until } from '../testing/gateway.js';
import { WebSocket } from 'ws';
import { Forwarder } from './forwarder.js';

const SILENCE_MS = 80;
const PODS = '/api/v1/namespaces/ns/pods';
const identity = { token: 'of-the-guest', clientAddress: '192.0.2.1' };
const faults: string[] = [];
const closers: (() => Promise<unknown>)[] = [];
let api: FakeApi;
/** Ports of gateways in front of an API server, and of one that takes connections and says nothing. */
let port: number;
let mute: number;
/** Connections to the latter. */
const sockets = new Set<Socket>();
/** Statuses of upgrades, in the order in which they were known. */
const statuses: number[] = [];

beforeAll(async () => {
  api = await FakeApi.start();
  const silent = createTcpServer((socket) => void sockets.add(socket.on('error', () => undefined).resume()));
  const url = new URL(`http://127.0.0.1:${await listen(silent)}`);
  closers.push(
    async () => sockets.forEach((socket) => socket.destroy()),
    () => api.close(),
  );
  port = await front(api.upstream());
  mute = await front(new Upstream(kubeconfigOf({ server: url.href }, { token: 'own-token' })));
});
afterAll(async () => {
  for (const close of closers.reverse()) await close();
});
afterEach(() => {
  api.answer = () => false;
});

/** A server that forwards whatever it is asked. @returns its port */
async function front(upstream: Upstream): Promise<number> {
  const answerTo = (_where: string, error: unknown): Refusal => {
    faults.push(((error as Refusal).cause as Error).message);
    return error as Refusal;
  };
  const forwarder = new Forwarder(
    upstream,
    new Answers({ frameAncestors: [], publicUrls: [] }),
    { answerTo },
    SILENCE_MS,
  );
  const server = createServer((req, res) => void forwarder.web(req, res, parsed(req), identity));
  server.on('upgrade', (req: IncomingMessage, socket: Socket, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    void forwarder.upgrade(req, socket, head, parsed(req), identity).then((status) => statuses.push(status));
  });
  closers.push(
    () => upstream.close(),
    () => forwarder.close(),
    async () => server.closeAllConnections(),
  );
  return listen(server);
}

function listen(server: TcpServer): Promise<number> {
  closers.push(() => new Promise((resolve) => server.close(resolve)));
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

function parsed({ method = 'GET', url = '', headers }: IncomingMessage): ApiRequest {
  const [path = '', query = ''] = url.split('?');
  const result = parseRequest(method, path, query, headers.upgrade !== undefined);
  if (!result.ok) throw new Error(result.message);
  return result.request;
}

describe('an upstream that is silent before the head of its answer', () => {
  it('is 504, in time, and is written down', async () => {
    const reply = await call(mute, PODS);
    expect(reply.status).toBe(504);
    expect(JSON.parse(reply.body)).toMatchObject({
      kind: 'Status',
      reason: 'Timeout',
      message: 'The Kubernetes API did not respond in time. Try again in a moment.',
    });
    expect(faults.at(-1)).toBe(`no answer within ${SILENCE_MS} ms`);
  });

  it.each(['GET', 'POST'])('row 17: the page of a browser is sandboxed: %s', async (method) => {
    const { status, headers } = await call(mute, `/k8s${PODS}`, { method, headers: { accept: 'text/html' } });
    expect([status, headers['content-security-policy']]).toEqual([504, expect.stringMatching(/^sandbox; /)]);
  });

  it('is 504 where a body was sent, and for an upgrade', async () => {
    expect((await call(mute, PODS, { method: 'POST', body: 'x'.repeat(100_000) })).status).toBe(504);
    expect((await refusedUpgrade(mute, PODS)).status).toBe(504);
  });
});

describe('an answer that is no HTTP that anyone expects, by each lane', () => {
  const lanes: [string, Record<string, string>][] = [
    ['fast', {}],
    ['general', { 'content-length': '0' }],
  ];
  const cases = lanes.flatMap(([lane, headers]) =>
    (
      [
        ['a status below 100', 'HTTP/1.1 099 x\r\ncontent-length: 0\r\n\r\n', 502],
        ['an upgrade that was not asked for', 'HTTP/1.1 101 x\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n', 502],
        ['a reason that is not Latin-1', 'HTTP/1.1 200 \u4f60\u597d\r\ncontent-length: 2\r\n\r\n{}', 200],
      ] as const
    ).map(([what, bytes, status]) => ({ lane, headers, what, bytes, status })),
  );

  it.each(cases)('$lane: $what', async ({ headers, bytes, status }) => {
    const raw = createTcpServer((socket) => {
      sockets.add(socket.on('error', () => undefined));
      socket.on('data', () => socket.write(bytes));
    });
    const server = `http://127.0.0.1:${await listen(raw)}`;
    const odd = await front(new Upstream(kubeconfigOf({ server }, { token: 'own-token' })));
    expect((await call(odd, PODS, { headers })).status).toBe(status);
  });
});

/** Two requests, one after the other, that end in 504: more than the time has passed for whatever began before. */
async function timePasses(): Promise<void> {
  for (let i = 0; i < 2; i += 1) expect((await call(mute, PODS, { method: 'POST' })).status).toBe(504);
}

describe('once the head of an answer is there', () => {
  it('a watch may be silent for as long as it likes', async () => {
    let watch: ServerResponse | undefined;
    api.answer = (_req, res) => {
      watch = res.writeHead(200, { 'content-type': 'application/json' });
      watch.flushHeaders();
      return true;
    };
    const reply = call(port, `${PODS}?watch=true`);
    await until(() => watch !== undefined);
    await timePasses();
    watch?.end('{"type":"ADDED"}');
    expect(await reply).toMatchObject({ status: 200, body: '{"type":"ADDED"}' });
  });

  it('so may a followed log before it, since its head comes with its first line', async () => {
    let log: ServerResponse | undefined;
    api.answer = (_req, res) => {
      log = res;
      return true;
    };
    const reply = call(port, `${PODS}/quiet/log?follow=true`);
    await until(() => log !== undefined);
    await timePasses();
    log?.end('a line');
    expect(await reply).toMatchObject({ status: 200, body: 'a line' });
  });

  it('an upgrade may be silent too', async () => {
    const viewer = await view(port, '/apis/usbredir');
    await viewer.receives('RFB');
    await timePasses();
    viewer.socket.send('still here');
    await viewer.receives('still here');
    viewer.socket.close();
    await viewer.ended;
  });
});

it('a body that the client is still sending is waited for', async () => {
  const answered = new Promise<number>((resolve, reject) => {
    const req = request({ port, host: '127.0.0.1', path: PODS, method: 'POST', agent: false }, (res) => {
      res.resume();
      resolve(res.statusCode ?? 0);
    });
    req.on('error', reject);
    req.write('{"metadata":');
    void timePasses().then(() => req.end('{"generateName":"p-"}}'), reject);
  });
  expect(await answered).toBe(201);
});

describe('row 18: the two sides of an upgrade end together', () => {
  const USB = '/apis/usbredir';

  /** An open upgrade: the client, and the cluster's socket. */
  async function open(): Promise<{ client: Viewer; cluster: Socket }> {
    const client = await view(port, USB);
    await client.receives('RFB');
    const guest = api.guests.at(-1);
    if (guest === undefined) throw new Error('nothing was forwarded');
    return { client, cluster: guest.request.socket };
  }

  it.each<[string, (side: Socket) => unknown]>([
    ['is cut', (side) => side.destroy()],
    ['is reset', (side) => side.resetAndDestroy()],
  ])('when either %s', async (_name, end) => {
    const [first, second] = [await open(), await open()];
    end(rawSocket(first.client));
    await until(() => first.cluster.destroyed);
    end(second.cluster);
    expect(await second.client.ended).toMatchObject({ code: 1006 });
  });

  it('without a word of HTTP in what goes over the websocket', async () => {
    const { client, cluster } = await open();
    const seen: Buffer[] = [];
    rawSocket(client).prependListener('data', (data: Buffer) => seen.push(data));
    cluster.resetAndDestroy();
    await client.ended;
    expect(Buffer.concat(seen).toString()).toBe('');
  });

  it('what the cluster sent last still arrives', async () => {
    const { client, cluster } = await open();
    const last = 'x'.repeat(5_000_000);
    client.socket.pause();
    api.guests.at(-1)?.socket.send(last, () => cluster.destroySoon());
    await timePasses();
    client.socket.resume();
    await client.ended;
    expect(client.received().length).toBe('RFB 003.008\n'.length + last.length);
  });

  it('before the cluster has answered, too', async () => {
    const before = sockets.size;
    const client = new WebSocket(`ws://127.0.0.1:${mute}${USB}`).on('error', () => undefined);
    await until(() => sockets.size > before);
    client.terminate();
    await until(() => [...sockets].at(-1)?.destroyed === true);
    expect(statuses.at(-1)).toBe(499);
  });

  it('the status is that of the answer', async () => {
    const { client } = await open();
    expect(statuses.at(-1)).toBe(101);
    client.socket.terminate();
    api.refuseUpgrade = { code: 403, body: 'no' };
    expect((await refusedUpgrade(port, USB)).status).toBe(403);
    api.refuseUpgrade = undefined;
    expect(statuses.at(-1)).toBe(403);
    expect((await refusedUpgrade(mute, USB)).status).toBe(504);
    expect(statuses.at(-1)).toBe(504);
  });

  it('a refusal on a connection that has served a request before is answered too', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const first = await new Promise<IncomingMessage>((resolve) => {
      request({ port: mute, path: PODS, agent }, resolve).end();
    });
    for await (const _chunk of first) void 0;
    const second = await new Promise<IncomingMessage>((resolve, reject) => {
      const headers = { connection: 'Upgrade', upgrade: 'websocket' };
      request({ port: mute, path: USB, agent, headers }, resolve).on('error', reject).end();
    });
    expect([first.statusCode, second.statusCode]).toEqual([504, 504]);
    second.resume();
    agent.destroy();
  });
});

function rawSocket({ socket }: Viewer): Socket {
  return (socket as unknown as { _socket: Socket })._socket;
}
