import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { makeCa, makeCertificate, type PemPair } from '#libs/pki';

import { ApiError } from '../status.js';
import { commonName, listen, Objects } from './fixture.js';
import { PodLogs } from './index.js';

let kubelet: { port: number; close(): Promise<void> };
let logs: PodLogs;
let door: Server;
let url: string;
let seen: { path: string; cn: string }[];
let own: PemPair;
let objects: Objects;

const pod = (name: string, spec: Record<string, unknown>): void =>
  objects.put('', 'pods', { metadata: { name, namespace: 'ns' }, spec });

beforeEach(async () => {
  seen = [];
  objects = new Objects();
  const ca = await makeCa({ cn: 'ca' });
  own = await makeCertificate(ca, { cn: 'kube-apiserver-kubelet-client', usages: ['client'] });
  const serving = await makeCertificate(await makeCa({ cn: 'kubelet-ca' }), { cn: 'node', ips: ['127.0.0.1'] });
  kubelet = await listen({ ...serving, ca: ca.cert }, (req, res) => {
    seen.push({ path: req.url ?? '', cn: commonName(req) });
    if (req.url?.includes('/gone/')) res.writeHead(404).end('container "c" not found in pod "gone_ns"');
    else if (req.url?.includes('follow=true')) res.write('one\n');
    else res.end('log\n');
  });
  objects.put('', 'nodes', {
    metadata: { name: 'local' },
    status: {
      addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
      daemonEndpoints: { kubeletEndpoint: { Port: kubelet.port } },
    },
  });
  pod('one', { nodeName: 'local', containers: [{ name: 'c' }] });
  pod('two', { nodeName: 'local', containers: [{ name: 'a' }, { name: 'b' }] });
  pod('gone', { nodeName: 'local', containers: [{ name: 'c' }] });
  pod('unscheduled', { containers: [{ name: 'c' }] });
  logs = new PodLogs(objects, own);
  door = createServer((req, res) => {
    const { pathname, searchParams } = new URL(req.url ?? '/', 'http://door');
    logs.logs(res, 'ns', pathname.slice(1), searchParams).catch((error: unknown) => {
      if (!(error instanceof ApiError)) throw error;
      res.writeHead(error.code).end(JSON.stringify(error.body));
    });
  });
  door.listen(0, '127.0.0.1');
  await once(door, 'listening');
  url = `http://127.0.0.1:${(door.address() as AddressInfo).port}`;
});

afterEach(async () => {
  logs.close();
  door.closeAllConnections();
  door.close();
  await kubelet.close().catch(() => undefined);
});

const ask = async (path: string): Promise<[number, string]> => {
  const answer = await fetch(`${url}/${path}`);
  return [answer.status, await answer.text()];
};

describe('pods/log', () => {
  it("comes from the node's kubelet, asked with the server's certificate", async () => {
    expect(await ask('one?container=c&timestamps=true&tailLines=5')).toEqual([200, 'log\n']);
    expect(seen).toEqual([
      { path: '/containerLogs/ns/one/c?timestamps=true&tailLines=5', cn: 'kube-apiserver-kubelet-client' },
    ]);
  });

  it('streams while it is followed', async () => {
    const answer = await fetch(`${url}/one?follow=true`);
    const reader = answer.body!.getReader();
    expect(Buffer.from((await reader.read()).value).toString()).toBe('one\n');
    await reader.cancel();
  });

  it('is empty before the pod has a node', async () => {
    expect(await ask('unscheduled')).toEqual([200, '']);
  });

  it.each([
    ['two', 400, 'a container name must be specified for pod two, choose one of: [a b]'],
    ['two?container=x', 400, 'container x is not valid for pod two'],
    ['none', 404, 'pods "none" not found'],
    ['gone', 404, 'container "c" not found'],
  ])('%s gives %d', async (path, code, message) => {
    const [status, body] = await ask(path);
    expect(status).toBe(code);
    expect((JSON.parse(body) as { message: string }).message).toContain(message);
  });

  it('says that the node cannot be reached', async () => {
    await kubelet.close();
    const [status, body] = await ask('one');
    expect([status, body]).toEqual([500, expect.stringContaining('ECONNREFUSED')]);
  });
});
