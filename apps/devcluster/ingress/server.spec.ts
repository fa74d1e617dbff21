import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type Server } from 'node:http';
import { request as secureRequest } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { type TLSSocket } from 'node:tls';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { makeCa, makeCertificate, type PemPair } from '#libs/pki';
import { freePort } from '../process/free-port.js';
import { Certificates } from './certificates.js';
import { type Endpoint } from './endpoints.js';
import { Doors } from './server.js';
import { type RouteTable } from './table.js';

const HOST = 'gate.example.localhost';
let authority: PemPair;
let named: PemPair;
let endpoints: Endpoint[] = [];
let isReady = true;
const servers: Server[] = [];

const table = {
  backend: (host: string | undefined) =>
    host === undefined || host === HOST ? { namespace: 'ns', service: { name: 's' } } : undefined,
  endpoints: () => endpoints,
  certificate: (host: string) =>
    host === HOST ? { cert: Buffer.from(named.cert), key: Buffer.from(named.key), version: '1' } : undefined,
} as unknown as RouteTable;

beforeAll(async () => {
  authority = await makeCa({ cn: 'test' });
  named = await makeCertificate(authority, { cn: 'named', dns: [HOST] });
});

async function listen(server: Server): Promise<number> {
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

let pod: Server;
let seen: IncomingMessage[] = [];

beforeEach(async () => {
  seen = [];
  isReady = true;
  pod = createServer((req, res) => {
    seen.push(req);
    res.writeHead(
      201,
      'Made',
      [
        ['Set-Cookie', 'a=1'],
        ['Set-Cookie', 'b=2'],
        ['X-Own', req.url ?? ''],
      ].flat(),
    );
    if (req.url === '/slow') {
      res.write('first\n');
      return;
    }
    if (req.url === '/silent') return res.flushHeaders();
    req.pipe(res);
  });
  endpoints = [{ host: '127.0.0.1', port: await listen(pod) }];
});

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

const http = (): Promise<number> => listen(new Doors(table, () => isReady).http());

async function send(port: number, path: string, headers: Record<string, string>, body = ''): Promise<IncomingMessage> {
  const method = body ? 'POST' : 'GET';
  const sent = request({ host: '127.0.0.1', port, path, method, headers, agent: false });
  sent.end(body);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return response;
}

test('the headers of a watch without an event come through', async () => {
  const response = await send(await http(), '/silent', { host: HOST });
  expect(response.statusCode).toBe(201);
  response.destroy();
});

test('a request passes as it is, but for the forwarded headers', async () => {
  const headers = {
    host: HOST,
    'x-forwarded-for': '203.0.113.9',
    'x-forwarded-proto': 'https',
    te: 'trailers',
    'x-mine': '1',
  };
  const response = await send(await http(), '/a%2Fb?c=d', headers, 'hello');
  expect(response.statusCode).toBe(201);
  expect(response.statusMessage).toBe('Made');
  expect(response.headers['set-cookie']).toEqual(['a=1', 'b=2']);
  expect(response.headers['x-own']).toBe('/a%2Fb?c=d');
  expect(await text(response)).toBe('hello');
  expect(seen[0]?.headers).toMatchObject({
    host: HOST,
    'x-forwarded-for': '203.0.113.9, 127.0.0.1',
    'x-forwarded-proto': 'http',
    'x-forwarded-host': HOST,
    'x-mine': '1',
  });
  expect(seen[0]?.headers.te).toBeUndefined();
});

test('an answer streams', async () => {
  const response = await send(await http(), '/slow', { host: HOST });
  const [chunk] = (await once(response, 'data')) as [Buffer];
  expect(chunk.toString()).toBe('first\n');
  response.destroy();
});

test('a pod that does not take the connection is passed over', async () => {
  endpoints = [{ host: '127.0.0.1', port: await freePort() }, ...endpoints];
  expect((await send(await http(), '/', { host: HOST })).statusCode).toBe(201);
});

test('no pod, no host, and the words for it', async () => {
  const port = await http();
  endpoints = [];
  const unready = await send(port, '/', { host: HOST });
  expect([unready.statusCode, unready.headers['retry-after']]).toEqual([503, '1']);
  expect(await text(unready)).toMatch(/^No (ready )?pod/);
  expect((await send(port, '/', { host: 'nobody.example.org' })).statusCode).toBe(404);
});

test('/readyz of localhost is ours until everything works', async () => {
  const port = await http();
  isReady = false;
  expect((await send(port, '/readyz', { host: `localhost:${port}` })).statusCode).toBe(503);
  expect((await send(port, '/healthz', { host: `localhost:${port}` })).statusCode).toBe(201);
  isReady = true;
  expect((await send(port, '/readyz', { host: `localhost:${port}` })).statusCode).toBe(201);
});

test('an upgrade passes with its head, and both ends close together', async () => {
  pod.on('upgrade', (req, socket, head) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
    socket.write(`${String(req.headers['x-forwarded-for'])} ${head.toString()}`);
    socket.on('data', (data: Buffer) => (data.toString() === 'bye' ? socket.end() : socket.write(data)));
  });
  const client = connect(await http(), '127.0.0.1');
  client.write(`GET /ws HTTP/1.1\r\nHost: ${HOST}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nHEAD`);
  let got = '';
  client.on('data', (data: Buffer) => (got += data.toString()));
  await expect.poll(() => got).toContain('127.0.0.1 HEAD');
  client.write('echo');
  await expect.poll(() => got).toContain('echo');
  client.write('bye');
  await once(client, 'close');
});

test.each([
  ['another protocol', 'GET /ws HTTP/1.1', 'Upgrade', 'h2c'],
  ['another method', 'POST /ws HTTP/1.1', 'Upgrade', 'websocket'],
  ['an older version', 'GET /ws HTTP/1.0', 'Upgrade', 'websocket'],
  ['no upgrade named by Connection', 'GET /ws HTTP/1.1', 'close', 'websocket'],
])('with %s there is no tunnel: it is an ordinary request', async (_what, line, connection, upgrade) => {
  let upgrades = 0;
  pod.on('upgrade', (_req, socket) => {
    upgrades += 1;
    socket.destroy();
  });
  const client = connect(await listen(new Doors(table, () => isReady).http()), '127.0.0.1');
  const length = line.startsWith('POST') ? 'Content-Length: 0\r\n' : '';
  client.write(`${line}\r\nHost: ${HOST}\r\nConnection: ${connection}\r\nUpgrade: ${upgrade}\r\n${length}\r\n`);
  const [answer] = (await once(client, 'data')) as [Buffer];
  client.destroy();
  expect(answer.toString()).toMatch(/^HTTP\/1\.1 201/);
  expect([upgrades, seen.length, seen[0]?.headers.upgrade]).toEqual([0, 1, undefined]);
});

test('an upgrade that no pod takes is refused', async () => {
  endpoints = [];
  const client = connect(await http(), '127.0.0.1');
  client.write(`GET / HTTP/1.1\r\nHost: ${HOST}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`);
  expect(await text(client)).toMatch(/^HTTP\/1\.1 503 /);
});

test('TLS: the named certificate, one of our own for any other name, one for none', async () => {
  const port = await listen(await new Doors(table, () => true).https(new Certificates(table, authority)));
  const subject = async (servername: string): Promise<string | undefined> => {
    const options = { host: '127.0.0.1', port, headers: { host: HOST }, ca: authority.cert, agent: false };
    const sent = secureRequest({ ...options, servername, checkServerIdentity: () => undefined });
    sent.end();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    response.resume();
    const name = (response.socket as TLSSocket).getPeerCertificate().subject.CN;
    return Array.isArray(name) ? name[0] : name;
  };
  expect(await subject(HOST)).toBe('named');
  expect(await subject('other.example.localhost')).toBe('other.example.localhost');
  expect(await subject('')).toBe('localhost');
  expect(seen[0]?.headers['x-forwarded-proto']).toBe('https');
});

test('a request that cannot be read is answered, like by Ingress controllers', async () => {
  const socket = connect(await http(), '127.0.0.1');
  socket.write('FOO / HTTP/1.1\r\n\r\n');
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 400 /);
});
