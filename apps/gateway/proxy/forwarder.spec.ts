import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server as TcpServer, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { kubeconfigOf, Upstream } from '#libs/kube';
import { type ApiRequest, parseRequest } from '#libs/policy';
import { Answers } from '../http/answers.js';
import { call, refusedUpgrade, view } from '../testing/clients.js';
import { FakeApi } from '../testing/fake-api.js';
import { until } from '../testing/gateway.js';
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

beforeAll(async () => {
  api = await FakeApi.start();
  const sockets = new Set<Socket>();
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
  const audit = { fault: (_where: string, error: unknown) => void faults.push((error as Error).message) };
  const forwarder = new Forwarder(upstream, new Answers({ frameAncestors: [] }), audit, SILENCE_MS);
  const server = createServer((req, res) => void forwarder.web(req, res, parsed(req), identity));
  server.on('upgrade', (req: IncomingMessage, socket: Socket, head: Buffer) => {
    forwarder.upgrade(req, socket, head, parsed(req), identity);
  });
  closers.push(
    () => upstream.close(),
    async () => forwarder.close(),
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
    expect(faults.at(-1)).toBe(`no answer from the Kubernetes API within ${SILENCE_MS} ms`);
  });

  it('is 504 where a body was sent, and for an upgrade', async () => {
    expect((await call(mute, PODS, { method: 'POST', body: 'x'.repeat(100_000) })).status).toBe(504);
    expect((await refusedUpgrade(mute, PODS)).status).toBe(504);
  });
});

/** Two requests, one after the other, that end in 504: more than the time has passed for whatever began before. */
async function timePasses(): Promise<void> {
  for (let i = 0; i < 2; i += 1) expect((await call(mute, PODS)).status).toBe(504);
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
