import { type ClientRequest, request, type ServerResponse } from 'node:http';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type GateToken } from '#libs/api';
import { MetricsServer } from '#libs/ops';
import { call, refusedUpgrade, view } from '../testing/clients.js';
import { until, VNC } from '../testing/gateway.js';
import { useGateway } from '../testing/use-gateway.js';

const { cluster, gateway } = useGateway();
let port: number;

beforeAll(async () => {
  ({ port } = gateway.app.get(MetricsServer, { strict: false }));
});

describe('/metrics', () => {
  it('counts requests, denials and open consoles', async () => {
    const grant = await cluster.grant();
    const viewer = await view(gateway.port, VNC, { authorization: `Bearer ${grant.status?.token}` });
    await viewer.receives('RFB');
    await call(gateway.port, '/k8s/api/v1/pods');
    const reply = await call(port, '/metrics');
    expect(reply.headers['content-type']).toMatch(/^text\/plain/);
    expect(reply.body).toMatch(/^kube_gateway_requests_total\{door="http",code="401"\} 1$/m);
    expect(reply.body).toMatch(/^kube_gateway_denials_total\{code="401",reason="Unauthorized"\} 1$/m);
    expect(reply.body).toMatch(/^kube_gateway_consoles 1$/m);
    expect(reply.body).not.toContain('demo');
    viewer.socket.close();
  });

  it('is served on its own port and nothing else is', async () => {
    expect((await call(gateway.port, '/metrics')).status).toBe(404);
    for (const path of ['/', '/api/v1/session', '/k8s/api']) expect((await call(port, path)).status).toBe(404);
    expect((await call(port, '/metrics', { method: 'POST' })).status).toBe(404);
  });
});

describe('an end of a console counts', () => {
  const ends = async () => {
    const { body } = await call(port, '/metrics');
    return [...body.matchAll(/^kube_gateway_console_ends_total\{code="(\w+)"\} (\d+)$/gm)].map(
      ([, code, count]) => `${code} ${count}`,
    );
  };

  it.each([1000, 1001, 4002, 4999])('as the viewer’s, whatever code they choose: %d', async (code) => {
    const before = await ends();
    const grant = await cluster.grant();
    const viewer = await view(gateway.port, VNC, { authorization: `Bearer ${grant.status?.token}` });
    await viewer.receives('RFB');
    viewer.socket.close(code);
    await until(async () => (await ends()).join() !== before.join());
    expect((await ends()).every((line) => line.startsWith('viewer '))).toBe(true);
  });
});

/** How many requests were counted, by door and status. */
async function counted(): Promise<Record<string, number>> {
  const { body } = await call(port, '/metrics');
  const lines = body.matchAll(/^kube_gateway_requests_total\{door="(\w+)",code="(\d+)"\} (\d+)$/gm);
  return Object.fromEntries([...lines].map(([, door, code, count]) => [`${door} ${code}`, Number(count)]));
}

/** What `act` adds to these counts, once it has added something. */
async function adds(act: () => Promise<unknown>): Promise<Record<string, number>> {
  const before = await counted();
  await act();
  let after = before;
  await until(async () => JSON.stringify((after = await counted())) !== JSON.stringify(before));
  const changes = Object.entries(after).map(([key, count]) => [key, count - (before[key] ?? 0)] as const);
  return Object.fromEntries(changes.filter(([, change]) => change !== 0));
}

const PODS = '/k8s/api/v1/namespaces/ns/pods';
const USB = VNC.replace(/vnc$/, 'usbredir');

async function headersOf(): Promise<{ grant: GateToken; headers: Record<string, string> }> {
  const grant = await cluster.grant({ urls: [USB, PODS, `${PODS}/x/log`, VNC].map((url) => url.slice('/k8s'.length)) });
  return { grant, headers: { authorization: `Bearer ${grant.status?.token}` } };
}

describe('an upgrade counts once, with the status of its answer', () => {
  it('101 for one that took place', async () => {
    const { headers } = await headersOf();
    expect(await adds(async () => (await view(gateway.port, USB, headers)).socket.terminate())).toEqual({
      'upgrade 101': 1,
    });
    expect(
      await adds(async () => {
        const viewer = await view(gateway.port, VNC, headers);
        await viewer.receives('RFB');
        viewer.socket.terminate();
      }),
    ).toEqual({ 'upgrade 101': 1 });
  });

  it('that of the cluster for one that it refused', async () => {
    const { headers } = await headersOf();
    cluster.api.refuseUpgrade = { code: 404, body: 'no such VM' };
    expect(await adds(() => refusedUpgrade(gateway.port, USB, headers))).toEqual({ 'upgrade 404': 1 });
    cluster.api.refuseUpgrade = undefined;
  });

  it('400 for a handshake that failed', async () => {
    const { headers } = await headersOf();
    const broken = { ...headers, 'sec-websocket-version': '7' };
    expect(await adds(() => refusedUpgrade(gateway.port, VNC, broken))).toEqual({ 'upgrade 400': 1 });
  });

  it('that of a refusal', async () => {
    expect(await adds(() => refusedUpgrade(gateway.port, VNC))).toEqual({ 'upgrade 401': 1 });
    expect(await adds(() => refusedUpgrade(gateway.port, '/nowhere'))).toEqual({ 'upgrade 404': 1 });
  });
});

describe('a request that was cut counts with the status that says why', () => {
  /** A followed log: begun, not over. */
  let logs: ServerResponse[];

  beforeEach(() => {
    logs = [];
    cluster.api.answer = (req, res) => {
      if (!req.url?.includes('/log?follow')) return false;
      res.writeHead(200).write('a line');
      logs.push(res);
      return true;
    };
  });
  afterEach(() => {
    cluster.api.answer = () => false;
  });

  async function follow(headers: Record<string, string>): Promise<ClientRequest> {
    const req = request({ port: gateway.port, path: `${PODS}/x/log?follow=true`, headers, agent: false });
    const begun = new Promise((resolve) =>
      req.once('response', (res) => res.on('error', () => undefined).once('data', resolve)),
    );
    req.on('error', () => undefined).end();
    await begun;
    return req;
  }

  it('499 when the client left', async () => {
    const { headers } = await headersOf();
    expect(await adds(async () => (await follow(headers)).destroy())).toEqual({ 'http 499': 1 });
  });

  it('499 when the client left before there was an answer', async () => {
    const { headers } = await headersOf();
    let asked = false;
    cluster.api.answer = (req) => (asked ||= req.url?.includes('/log?follow') === true);
    const left = async (): Promise<void> => {
      const req = request({ port: gateway.port, path: `${PODS}/x/log?follow=true`, headers, agent: false });
      req.on('error', () => undefined).end();
      await until(() => asked);
      req.destroy();
    };
    expect(await adds(left)).toEqual({ 'http 499': 1 });
  });

  it('401 when its grant ended', async () => {
    const { grant, headers } = await headersOf();
    await follow(headers);
    expect(await adds(async () => cluster.revoke(grant))).toEqual({ 'http 401': 1 });
  });

  it('502 when the cluster broke off', async () => {
    const { headers } = await headersOf();
    await follow(headers);
    expect(await adds(async () => logs[0]?.destroy())).toEqual({ 'http 502': 1 });
  });

  it('200 when it was complete', async () => {
    const { headers } = await headersOf();
    await follow(headers);
    expect(await adds(async () => logs[0]?.end())).toEqual({ 'http 200': 1 });
  });
});
