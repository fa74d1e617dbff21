import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';

import { makeCa, makeCertificate, type PemPair } from '#libs/pki';

import { type UserInfo } from '../types.js';
import { commonName, listen, Objects } from './fixture.js';
import { Aggregator } from './index.js';

const GROUP = 'subresources.example.io';
const VM: UserInfo = {
  username: 'jane',
  groups: ['dev', 'system:authenticated'],
  extra: { 'authentication.kubernetes.io/credential-id': ['X'], 'Odd Key': ['y'] },
};
const RESOURCES = [
  { name: 'things/vnc', singularName: '', namespaced: true, kind: 'Thing', verbs: ['get'] },
  { name: 'parts', singularName: 'part', namespaced: true, kind: 'Part', verbs: ['get', 'list'] },
];

let frontCa: PemPair;
let front: PemPair;
let ca: PemPair;
let serving: PemPair;
beforeAll(async () => {
  frontCa = await makeCa({ cn: 'front-proxy-ca' });
  front = await makeCertificate(frontCa, { cn: 'front-proxy-client', usages: ['client'] });
  ca = await makeCa({ cn: 'test-ca' });
  serving = await makeCertificate(ca, { cn: 'virt', dns: ['virt.ns.svc'] });
});

interface Seen {
  url: string;
  headers: IncomingHttpHeaders;
  raw: string[];
  cn: string;
  body: string;
}

let objects: Objects;
let aggregator: Aggregator;
let door: Server;
let doorUrl: string;
let backend: { port: number; close(): Promise<void> };
let seen: Seen[];
let sockets: WebSocketServer;

async function startBackend(port = 0): Promise<void> {
  backend = await listen(
    { ...serving, ca: frontCa.cert },
    (req, res) => {
      if (req.url === `/apis/${GROUP}/v1`) {
        res.end(JSON.stringify({ kind: 'APIResourceList', resources: RESOURCES }));
        return;
      }
      const chunks: Buffer[] = [];
      req.on('data', (chunk: Buffer) => chunks.push(chunk));
      req.on('end', () => {
        const { headers, rawHeaders: raw, url = '' } = req;
        seen.push({ url, headers, raw, cn: commonName(req), body: Buffer.concat(chunks).toString() });
        if (url.includes('/bad')) res.writeHead(400, { 'content-type': 'application/json' }).end('{"kind":"Status"}');
        else if (url.includes('/watch')) res.write('first\n');
        else res.end('done');
      });
    },
    (req, socket, head) => {
      seen.push({ url: req.url ?? '', headers: req.headers, raw: req.rawHeaders, cn: commonName(req), body: '' });
      if (req.url?.includes('/refused')) {
        socket.end('HTTP/1.1 409 Conflict\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}');
      } else if (req.url?.includes('/plain')) {
        socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      } else {
        sockets.handleUpgrade(req, socket, head, (ws) => sockets.emit('connection', ws, req));
      }
    },
    port,
  );
}

function register(more: Record<string, unknown> = {}): void {
  objects.put('', 'services', {
    metadata: { name: 'virt', namespace: 'ns' },
    spec: { type: 'ExternalName', externalName: 'localhost' },
  });
  objects.put('apiregistration.k8s.io', 'apiservices', {
    metadata: { name: `v1.${GROUP}` },
    spec: {
      group: GROUP,
      version: 'v1',
      service: { namespace: 'ns', name: 'virt', port: backend.port },
      caBundle: Buffer.from(ca.cert).toString('base64'),
      ...more,
    },
  });
}

beforeEach(async () => {
  seen = [];
  objects = new Objects();
  sockets = new WebSocketServer({ noServer: true, handleProtocols: (offered) => [...offered][0] ?? false });
  aggregator = new Aggregator(objects, front);
  door = createServer((req, res) => aggregator.handle(req, res, VM, GROUP, 'v1'));
  door.on('upgrade', (req, socket, head) => aggregator.upgrade(req, socket, head, VM, GROUP, 'v1'));
  door.listen(0, '127.0.0.1');
  await once(door, 'listening');
  doorUrl = `127.0.0.1:${(door.address() as AddressInfo).port}`;
  await startBackend();
});

afterEach(async () => {
  aggregator.close();
  for (const client of sockets.clients) client.terminate();
  door.closeAllConnections();
  door.close();
  await backend.close().catch(() => undefined);
});

const path = (rest: string): string => `/apis/${GROUP}/v1/namespaces/a/things/x/${rest}`;

describe('requests', () => {
  beforeEach(() => register());

  it('go with the front proxy certificate and the user, and without what the client claims', async () => {
    await fetch(`http://${doorUrl}${path('start?x=a%20b&b=%2A~')}`, {
      method: 'PUT',
      body: 'hello',
      headers: {
        authorization: 'Bearer secret',
        'x-remote-user': 'root',
        'X-Remote-Group': 'system:masters',
        'x-own': '1',
      },
    });
    const [request] = seen;
    expect(request).toMatchObject({ url: path('start?x=a%20b&b=%2A~'), cn: 'front-proxy-client', body: 'hello' });
    expect(request?.headers).toMatchObject({
      'x-remote-user': 'jane',
      'x-remote-group': 'dev, system:authenticated',
      'x-remote-extra-authentication.kubernetes.io%2fcredential-id': 'X',
      'x-remote-extra-odd%20key': 'y',
      'x-own': '1',
    });
    expect(request?.headers.authorization).toBeUndefined();
    expect(request?.raw.filter((name) => name === 'X-Remote-Group')).toHaveLength(2);
  });

  it('come back as the backend answered', async () => {
    const answer = await fetch(`http://${doorUrl}${path('bad')}`);
    expect([answer.status, await answer.text()]).toEqual([400, '{"kind":"Status"}']);
  });

  it('stream, and end at the backend when the client leaves', async () => {
    const abort = new AbortController();
    const answer = await fetch(`http://${doorUrl}${path('watch')}`, { signal: abort.signal });
    const reader = answer.body!.getReader();
    expect(Buffer.from((await reader.read()).value).toString()).toBe('first\n');
    abort.abort();
    await expect(reader.read()).rejects.toThrow();
  });

  it('are 503 while the backend is gone', async () => {
    await backend.close();
    const body = Buffer.alloc(2_000_000);
    expect((await fetch(`http://${doorUrl}${path('start')}`, { method: 'POST', body })).status).toBe(503);
    await startBackend(backend.port);
    expect((await fetch(`http://${doorUrl}${path('start')}`)).status).toBe(200);
  });
});

describe('upgrades', () => {
  beforeEach(() => register());

  it('pass both ways, subprotocol and close code included', async () => {
    sockets.on('connection', (ws) => {
      ws.on('message', (data, isBinary) => ws.send(data, { binary: isBinary }));
    });
    const ws = new WebSocket(`ws://${doorUrl}${path('vnc?preserveSession=true')}`, ['plain.kubevirt.io']);
    await once(ws, 'open');
    expect(ws.protocol).toBe('plain.kubevirt.io');
    const sent = Buffer.from(Array.from({ length: 200_000 }, (_, i) => i % 251));
    ws.send(sent);
    const [data, binary] = (await once(ws, 'message')) as [Buffer, boolean];
    expect(binary).toBe(true);
    expect(data.equals(sent)).toBe(true);
    for (const server of sockets.clients) server.close(4001, 'grant expired');
    const [code, reason] = (await once(ws, 'close')) as [number, Buffer];
    expect([code, reason.toString()]).toEqual([4001, 'grant expired']);
    expect(seen[0]?.headers).toMatchObject({ 'x-remote-user': 'jane', upgrade: 'websocket' });
    expect(seen[0]?.url).toContain('preserveSession=true');
  });

  it("pass the client's close to the backend", async () => {
    const ws = new WebSocket(`ws://${doorUrl}${path('vnc')}`);
    const [server] = (await once(sockets, 'connection')) as [WebSocket];
    await once(ws, 'open');
    ws.close(4003, 'enough');
    const [code, reason] = (await once(server, 'close')) as [number, Buffer];
    expect([code, reason.toString()]).toEqual([4003, 'enough']);
  });

  it('show a cut as a cut', async () => {
    const ws = new WebSocket(`ws://${doorUrl}${path('vnc')}`);
    const [server] = (await once(sockets, 'connection')) as [WebSocket];
    await once(ws, 'open');
    server.terminate();
    expect((await once(ws, 'close'))[0]).toBe(1006);
  });

  it.each([
    ['refused', 409],
    ['plain', 503],
  ])('that are %s by the backend give %d', async (rest, code) => {
    const ws = new WebSocket(`ws://${doorUrl}${path(rest)}`);
    const [, answer] = (await once(ws, 'unexpected-response')) as [unknown, { statusCode: number }];
    ws.on('error', () => undefined);
    ws.terminate();
    expect(answer.statusCode).toBe(code);
  });
});

describe('a registration', () => {
  const answer = async (): Promise<[number, string]> => {
    const response = await fetch(`http://${doorUrl}${path('start')}`);
    return [response.status, await response.text()];
  };

  it('leads nowhere without its service', async () => {
    register({ service: { namespace: 'ns', name: 'none', port: backend.port } });
    expect(await answer()).toEqual([503, 'service unavailable: service/none in "ns" is not present\n']);
  });

  it('leads to no service without a name of its own', async () => {
    register();
    const spec = { type: 'ClusterIP', ports: [{ name: 'https', port: backend.port }] };
    objects.put('', 'services', { metadata: { name: 'virt', namespace: 'ns' }, spec });
    expect(await answer()).toEqual([
      503,
      'service unavailable: service/virt in "ns" is not of the type ExternalName\n',
    ]);
  });

  it('refuses a backend whose certificate the bundle does not know', async () => {
    register({ caBundle: Buffer.from(frontCa.cert).toString('base64') });
    expect(await answer()).toEqual([503, expect.stringContaining('certificate')]);
    expect(seen).toEqual([]);
    register({ insecureSkipTLSVerify: true, caBundle: undefined });
    expect(await answer()).toEqual([200, 'done']);
  });

  it('tells discovery what is served, by priority', () => {
    register();
    objects.put('apiregistration.k8s.io', 'apiservices', {
      metadata: { name: 'v2.first.example.io' },
      spec: {
        group: 'first.example.io',
        version: 'v2',
        groupPriorityMinimum: 9,
        service: { namespace: 'ns', name: 'a' },
      },
    });
    expect([...aggregator.groups()]).toEqual([
      ['first.example.io', ['v2']],
      [GROUP, ['v1']],
    ]);
  });
});
