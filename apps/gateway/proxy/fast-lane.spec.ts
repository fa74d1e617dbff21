import { createHash } from 'node:crypto';
import { createServer as createHttpServer, get, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { kubeconfigOf, Upstream } from '#libs/kube';
import { parseRequest } from '#libs/policy';
import { buildConnector, Pool } from 'undici';
import { Answers } from '../http/answers.js';
import { finalStatus } from '../http/ended.js';
import { call } from '../testing/clients.js';
import { until } from '../testing/gateway.js';
import { FastLane } from './fast-lane.js';
import { Forwarder } from './forwarder.js';

const PODS = '/api/v1/namespaces/ns/pods';
const identity = { token: 'of-the-guest', clientAddress: '192.0.2.1' };
const answers = new Answers({ frameAncestors: [], publicUrls: [] });
const log = { answerTo: (_where: string, error: unknown) => error as never };
const closers: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => void sockets.add(socket.on('error', () => undefined)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

type Lane = Pick<Forwarder, 'web'> | FastLane;

/** A server that forwards whatever it is asked. @param onRequest called with each answer before it begins */
function front(lane: Lane, onRequest: (res: ServerResponse) => void = () => undefined): Promise<number> {
  return listen(
    createHttpServer((req, res) => {
      const parsed = parseRequest(req.method ?? '', req.url ?? '');
      if (!parsed.ok) throw new Error(parsed.message);
      onRequest(res);
      void lane.web(req, res, parsed.request, identity);
    }),
  );
}

function upstreamAt(port: number): Upstream {
  const upstream = new Upstream(kubeconfigOf({ server: `http://127.0.0.1:${port}` }, { token: 'own-token' }));
  closers.push(() => upstream.close());
  return upstream;
}

function fastLane(upstream: Pick<Upstream, 'server' | 'pool'>): FastLane {
  const lane = new FastLane(upstream, answers, log, 5000);
  closers.push(() => lane.close());
  return lane;
}

/** An upstream of our own, with a lane to it alone. */
async function served(serve: (req: IncomingMessage, res: ServerResponse) => void): Promise<FastLane> {
  return fastLane(upstreamAt(await listen(createHttpServer(serve))));
}

describe('a client that leaves', () => {
  it('while its request waits for a connection does not keep that for good', async () => {
    const left: string[] = [];
    const port = await listen(
      createHttpServer(({ url = '' }, res) => {
        if (url === PODS) res.end('{}');
        else left.push(url);
      }),
    );
    const held: (() => void)[] = [];
    const plain = buildConnector({});
    const one = (options: Pool.Options): Pool =>
      new Pool(`http://127.0.0.1:${port}`, {
        ...options,
        connections: 1,
        connect: (to, callback) => void held.push(() => plain(to, callback)),
      });
    const lane = fastLane({ server: new URL(`http://127.0.0.1:${port}`), pool: one });
    const [seen, closed]: [number[], number[]] = [[], []];
    const gateway = await front(lane, (res) => {
      seen.push(1);
      res.once('close', () => closed.push(1));
    });
    for (let i = 1; i <= 3; i += 1) {
      const leaver = connect(gateway, '127.0.0.1', () => leaver.write(`GET /slow HTTP/1.1\r\nhost: x\r\n\r\n`));
      await until(() => seen.length === i);
      leaver.on('error', () => undefined).destroy();
      await until(() => closed.length === i);
    }
    const reply = call(gateway, PODS);
    const answered = until(() => {
      for (const go of held.splice(0)) go();
      return closed.length === 4;
    });
    expect((await reply).status).toBe(200);
    await answered;
    expect(left).toEqual([]);
  });

  it('in the middle of an answer ends the request to the cluster, and counts as 499', async () => {
    let ended = false;
    const lane = await served((_req, res) => {
      res.writeHead(200).write('begun');
      res.once('close', () => (ended = true));
    });
    let status: number | undefined;
    const gateway = await front(lane, (res) => res.once('close', () => (status = finalStatus(res))));
    const req = get({ port: gateway, path: PODS, agent: false }, (res) => res.once('data', () => req.destroy()));
    req.on('error', () => undefined);
    await until(() => ended && status === 499);
  });
});

it('an answer that breaks off is cut, and counts as 502', async () => {
  const lane = await served((_req, res) => {
    res.writeHead(200, { 'content-length': '10' }).write('begun');
    setImmediate(() => res.destroy());
  });
  let status: number | undefined;
  const gateway = await front(lane, (res) => res.once('close', () => (status = finalStatus(res))));
  await expect(call(gateway, PODS)).rejects.toThrow('aborted');
  await until(() => status === 502);
});

describe('a kept connection that the cluster has closed', () => {
  it('is not the end of the request: it is sent once more', async () => {
    let connections = 0;
    const port = await listen(
      createServer((socket) => {
        connections += 1;
        let requests = 0;
        socket.on('data', () => {
          requests += 1;
          if (requests === 1) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}');
          else socket.destroy();
        });
      }),
    );
    const gateway = await front(fastLane(upstreamAt(port)));
    expect((await call(gateway, PODS)).status).toBe(200);
    expect((await call(gateway, PODS)).status).toBe(200);
    expect(connections).toBe(2);
  });

  it('is a 502 where the next one closes too', async () => {
    let requests = 0;
    const port = await listen(createServer((socket) => void socket.on('data', () => (requests++, socket.destroy()))));
    const gateway = await front(fastLane(upstreamAt(port)));
    expect((await call(gateway, PODS)).status).toBe(502);
    expect(requests).toBe(2);
  });
});

it('answers that do not come make nobody else wait', async () => {
  const held: ServerResponse[] = [];
  const port = await listen(createHttpServer((_req, res) => void held.push(res)));
  const upstream = upstreamAt(port);
  const forwarder = new Forwarder(upstream, answers, log, 5000);
  closers.push(() => forwarder.close());
  const gateway = await front(forwarder);
  const replies = Array.from({ length: 100 }, () => call(gateway, PODS));
  await until(() => held.length === 100);
  for (const res of held) res.end('{}');
  for (const { status } of await Promise.all(replies)) expect(status).toBe(200);
});

describe('row 21: a client that does not read', () => {
  it('costs 1 MiB at most, and gets all of it in the end', async () => {
    const size = 64 * 1024 * 1024;
    const data = Buffer.alloc(size, 'abcdefghijk');
    let blocked = false;
    const lane = await served((_req, res) => {
      res.writeHead(200, { 'content-length': size });
      for (let at = 0; at < size; at += 50_000) blocked = !res.write(data.subarray(at, at + 50_000));
      res.end();
    });
    const seen: ServerResponse[] = [];
    const gateway = await front(lane, (res) => void seen.push(res));
    const hash = createHash('sha256');
    const reply = await new Promise<IncomingMessage>((resolve) => {
      get({ port: gateway, path: PODS, agent: false }, resolve);
    });
    const [res] = seen;
    let before = -1;
    // Nothing moves any more once all that may wait is full.
    await until(async () => {
      const now = reply.socket.bytesRead + (res?.writableLength ?? 0);
      const still = now === before;
      before = now;
      await call(gateway, '/still').catch(() => undefined);
      return still;
    });
    expect(blocked).toBe(true);
    expect(res?.writableLength).toBeGreaterThan(0);
    expect(res?.writableLength).toBeLessThan(1024 * 1024);
    for await (const chunk of reply) hash.update(chunk as Buffer);
    expect(hash.digest('hex')).toBe(createHash('sha256').update(data).digest('hex'));
  });
});

describe('which requests take it', () => {
  const of = (method: string, target: string, headers: Record<string, string> = {}): boolean => {
    const [path = '', query = ''] = target.split('?');
    const parsed = parseRequest(method, path, query);
    if (!parsed.ok) throw new Error(parsed.message);
    return fastLane(upstreamAt(1)).takes(parsed.request, headers);
  };

  it('reads without a body', () => {
    expect(of('GET', PODS)).toBe(true);
    expect(of('HEAD', `${PODS}/a?limit=1`)).toBe(true);
  });

  it.each<[string, string, Record<string, string>?]>([
    ['POST', PODS],
    ['DELETE', PODS],
    ['OPTIONS', PODS],
    ['GET', PODS, { 'content-length': '0' }],
    ['GET', PODS, { 'transfer-encoding': 'chunked' }],
    ['GET', `${PODS}?watch=1`],
    ['GET', '/api/v1/watch/pods'],
    ['GET', `${PODS}/a/log?follow=true`],
    ['GET', `${PODS}/a/proxy/events`],
  ])('not %s %s %o', (method, target, headers) => {
    expect(of(method, target, headers)).toBe(false);
  });
});
