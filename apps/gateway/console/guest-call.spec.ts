import { type IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import { type AddressInfo, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { kubeconfigOf, Upstream } from '#libs/kube';
import { makeCa, makeCertificate } from '#libs/pki';
import { acceptance, FIN, frame, Opcode, readRequest } from '#libs/websocket';
import { until } from '../testing/gateway.js';
import { TunnelBench } from '../testing/tunnel.js';
import { GuestCall } from './guest-call.js';
import { Slabs } from './outlet.js';
import { type Tunnel } from './tunnel.js';

const bench = new TunnelBench();
const leave: (() => void)[] = [];
beforeAll(() => bench.listen());
afterEach(() => {
  for (const viewer of leave.splice(0)) viewer();
});
afterAll(() => bench.close());

interface Call {
  readonly viewer: WebSocket;
  readonly tunnel: Tunnel;
  /** Rejects where the cluster did not open the console. */
  readonly connecting: Promise<void>;
  /** What the cluster was asked, on which socket. */
  readonly asked: IncomingMessage;
  readonly cluster: Socket;
  readonly closed: () => boolean;
}

const TARGET = '/vnc?a="b"&c=%22';

/** A console up to the moment when the cluster has been asked for it. */
async function call(): Promise<Call> {
  const dialled = bench.dialled();
  const viewer = new WebSocket(`ws://127.0.0.1:${bench.port}/`);
  viewer.on('error', () => undefined);
  leave.push(() => viewer.terminate());
  const tunnel = await bench.tunnels.accept(...(await bench.upgrade()));
  const headers = { authorization: 'Bearer token', 'x-forwarded-for': '192.0.2.1' };
  const onLost = () => Promise.resolve({ code: 1011, reason: 'lost' });
  const connecting = tunnel.connect({ target: TARGET, headers, onLost });
  const [asked, cluster] = await dialled;
  let closed = false;
  cluster
    .on('end', () => cluster.end())
    .on('close', () => (closed = true))
    .resume();
  return { viewer, tunnel, connecting, asked, cluster, closed: () => closed };
}

const opened = ({ asked }: Call): string => acceptance(readRequest(asked.headers), 'plain.kubevirt.io');

describe('the call to the cluster', () => {
  it('asks for the path byte for byte, for the subprotocol, and for no extension', async () => {
    const { asked, cluster, connecting } = await call();
    expect(asked.url).toBe(TARGET);
    expect(asked.headers).toMatchObject({
      authorization: 'Bearer token',
      'x-forwarded-for': '192.0.2.1',
      host: expect.stringMatching(/^127\.0\.0\.1:\d+$/) as string,
      'sec-websocket-protocol': 'plain.kubevirt.io',
      'sec-websocket-version': '13',
    });
    expect(asked.headers).not.toHaveProperty('sec-websocket-extensions');
    cluster.destroy();
    await expect(connecting).rejects.toMatchObject({ status: 0 });
  });

  it('gives the viewer what comes in one piece with the answer, also half a frame', async () => {
    const one = await call();
    const seen: string[] = [];
    one.viewer.on('message', (data: Buffer) => seen.push(data.toString()));
    const bytes = Buffer.concat(
      ['first', 'second'].map((text) => frame(FIN | Opcode.binary, Buffer.from(text), false)),
    );
    one.cluster.write(Buffer.concat([Buffer.from(opened(one)), bytes.subarray(0, -3)]));
    await one.connecting;
    one.cluster.write(bytes.subarray(-3));
    await until(() => seen.length === 2);
    expect(seen).toEqual(['first', 'second']);
  });

  it.each<[string, (answer: string) => string, RegExp]>([
    ['another key', (answer) => answer.replace(/Accept: ./, 'Accept: '), /not that of a WebSocket server/],
    ['no subprotocol', (answer) => answer.replace(/Sec-WebSocket-Protocol.*\r\n/, ''), /subprotocol/],
    ['an extension', (answer) => answer.replace('Upgrade:', 'Sec-WebSocket-Extensions: x\r\nUpgrade:'), /extension/],
    ['bytes that are no HTTP', () => 'SSH-2.0-OpenSSH\r\n', /Parse Error/],
  ])('is refused where the answer has %s', async (_, change, message) => {
    const one = await call();
    one.cluster.write(change(opened(one)));
    await expect(one.connecting).rejects.toMatchObject({
      status: 0,
      message: expect.stringMatching(message) as string,
    });
    await until(one.closed);
  });

  const CHUNKED = 'HTTP/1.1 403 Forbidden\r\nTransfer-Encoding: chunked\r\n\r\n';
  it.each([
    ['a Status in chunks', `${CHUNKED}8\r\n{"messag\r\na\r\ne":"no!"}\n\r\n0\r\n\r\n`, 403, 'no!'],
    ['a Status', 'HTTP/1.1 409 Conflict\r\nContent-Length: 15\r\n\r\n{"message":"x"}', 409, 'x'],
    ['plain text', 'HTTP/1.1 500 Oh\r\nContent-Length: 4\r\n\r\nplop', 500, 'plop'],
    [
      'more text than anyone reads',
      `HTTP/1.1 500 Oh\r\nContent-Length: 9000000\r\n\r\n${'x'.repeat(40_000)}`,
      500,
      'x'.repeat(300),
    ],
    ['no body', 'HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n', 404, ''],
  ])('is refused with %s', async (_, answer, status, message) => {
    const one = await call();
    one.cluster.write(answer);
    await expect(one.connecting).rejects.toMatchObject({ status, message });
    await until(one.closed);
  });

  it('ends with the console, before it is answered', async () => {
    const one = await call();
    const refused = expect(one.connecting).rejects.toMatchObject({ status: 0 });
    one.tunnel.end({ code: 4001, reason: 'Expired.' });
    await Promise.all([refused, one.tunnel.closed]);
    await until(one.closed);
  });

  it('is not made for a console that has ended', async () => {
    const dialled: unknown[] = [];
    void bench.dialled().then((one) => dialled.push(one));
    const viewer = new WebSocket(`ws://127.0.0.1:${bench.port}/`);
    const tunnel = await bench.tunnels.accept(...(await bench.upgrade()));
    tunnel.end({ code: 4001, reason: 'Expired.' });
    await tunnel.connect({ target: TARGET, headers: {}, onLost: () => Promise.reject(new Error('never asked')) });
    await Promise.all([tunnel.closed, new Promise((resolve) => viewer.once('close', resolve))]);
    expect(dialled).toEqual([]);
  });
});

it.each([
  ['localhost', {}, 'localhost'],
  ['localhost', { tlsServerName: 'api.example.com' }, 'api.example.com'],
  ['127.0.0.1', {}, false],
])('names the server at %s with %j to it: %s', async (host, config, name) => {
  const ca = await makeCa({ cn: 'ca' });
  const names = { cn: 'api', dns: ['localhost', 'api.example.com'], ips: ['127.0.0.1'] };
  const server = createServer(await makeCertificate(ca, names), (_req, res) => res.writeHead(403).end());
  const named = new Promise((resolve) => server.once('secureConnection', ({ servername }) => resolve(servername)));
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const { port } = server.address() as AddressInfo;
  const trust = { caData: Buffer.from(ca.cert).toString('base64'), ...config };
  const upstream = new Upstream(kubeconfigOf({ server: `https://${host}:${port}`, ...trust }));
  try {
    const call = new GuestCall(upstream, new Slabs());
    await expect(call.open('/', {}, () => () => undefined)).rejects.toMatchObject({ status: 403 });
    expect(await named).toBe(name);
  } finally {
    await upstream.close();
    await new Promise((resolve) => server.close(resolve));
  }
});
