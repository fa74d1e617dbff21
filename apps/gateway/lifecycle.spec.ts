import { Agent, createServer, get, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { call, PUBLIC_HOST, view } from './testing/clients.js';
import { startGateway, TestCluster, until, VNC } from './testing/gateway.js';

let cluster: TestCluster;
let headers: Record<string, string>;

beforeAll(async () => {
  cluster = await TestCluster.start();
  const { status } = await cluster.grant({ urls: ['/api/v1/namespaces/ns/pods', VNC.slice('/k8s'.length)] });
  headers = { authorization: `Bearer ${status?.token ?? ''}` };
});
afterAll(() => cluster.close());

it('is healthy and ready, and says so without a credential', async () => {
  const gateway = await startGateway(cluster);
  for (const path of ['/healthz', '/readyz']) {
    const reply = await call(gateway.port, path);
    expect([reply.status, reply.headers['cache-control']]).toEqual([200, 'no-store']);
    expect(JSON.parse(reply.body)).toMatchObject({ status: 'ok' });
  }
  await gateway.close();
});

it('after SIGTERM: not ready, then a wait with open doors, then consoles end with 1001, then it is gone', async () => {
  const gateway = await startGateway(cluster, { SHUTDOWN_DELAY: '1s' });
  const viewer = await view(gateway.port, VNC, headers);
  let consoleEnded = false;
  const ended = viewer.ended.finally(() => (consoleEnded = true));
  const gone = gateway.close('SIGTERM');
  await until(async () => (await call(gateway.port, '/readyz')).status === 503);
  const { body, headers: answered } = await call(gateway.port, '/readyz');
  expect(answered['cache-control']).toBe('no-store');
  expect(JSON.parse(body)).toMatchObject({ error: { gateway: { status: 'down', problems: ['shutting down'] } } });
  expect((await call(gateway.port, '/healthz')).status).toBe(200);
  expect((await call(gateway.port, '/k8s/api/v1/namespaces/ns/pods', { headers })).status).toBe(200);
  expect(consoleEnded).toBe(false);
  expect(await ended).toMatchObject({ code: 1001 });
  await gone;
  await expect(call(gateway.port, '/healthz')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

/** What an answer says of its connection, asked over one that is kept. */
function connectionAfter(agent: Agent, port: number, path: string): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const options = { port, host: '127.0.0.1', path, agent, headers: { host: PUBLIC_HOST, ...headers } };
    const read = (answer: IncomingMessage): void =>
      void answer.resume().once('end', () => resolve(answer.headers.connection));
    get(options, read).once('error', reject);
  });
}

it('after SIGTERM each answer is the last on its connection: none is left on which a request would meet a closed door', async () => {
  const app = createServer((_req, res) => res.end('of the web application'));
  await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve));
  const { port } = app.address() as AddressInfo;
  const gateway = await startGateway(cluster, { SHUTDOWN_DELAY: '1s', WEB_APP: `http://127.0.0.1:${port}` });
  const agent = new Agent({ keepAlive: true });
  const paths = ['/app', '/l', '/api/v1/session', '/readyz', '/k8s/api/v1/namespaces/ns/pods', '/k8s/api/v1/nodes'];
  const all = async (): Promise<Record<string, string | undefined>> => {
    const asked = paths.map(async (path) => [path, await connectionAfter(agent, gateway.port, path)] as const);
    return Object.fromEntries(await Promise.all(asked));
  };
  const each = (connection: string) => Object.fromEntries(paths.map((path) => [path, connection]));
  expect(await all()).toEqual(each('keep-alive'));
  const gone = gateway.close('SIGTERM');
  expect(await all()).toEqual(each('close'));
  await gone;
  agent.destroy();
  app.close();
});

it('takes no connection any more before its doors close: proxies then try another replica, which they would not after a 503', async () => {
  const gateway = await startGateway(cluster);
  const viewer = await view(gateway.port, VNC, headers);
  await viewer.receives('RFB');
  viewer.raw.pause(); // It answers no Close frame, so the end of its console takes a while.
  const gone = gateway.close('SIGTERM');
  await until(async () => {
    const reply = call(gateway.port, '/healthz');
    return reply.then(
      () => false,
      (error: NodeJS.ErrnoException) => error.code === 'ECONNREFUSED',
    );
  });
  const held = cluster.api.objects.list('leases').map(({ metadata }) => metadata.name);
  expect(held).toContainEqual(expect.stringMatching(/-vnc$/)); // The console has not ended yet.
  viewer.raw.destroy();
  await gone;
});

it.each([
  ['a watch, which goes on for ever, at once', '/pods?watch=true', '1h'],
  ['what has not ended by the end of the drain time', '/pods', '100ms'],
])('cuts %s, and counts it with 503', async (_what, path, drainTime) => {
  const gateway = await startGateway(cluster, { DRAIN_TIME: drainTime });
  const begun: ServerResponse[] = [];
  cluster.api.answer = (req, res) => {
    if (req.url?.endsWith(`/ns${path}`) !== true || req.headers.authorization !== 'Bearer token-of-gs-guest')
      return false;
    res.writeHead(200).write('{"kind":');
    begun.push(res);
    return true;
  };
  const asked = call(gateway.port, `/k8s/api/v1/namespaces/ns${path}`, { headers });
  const cut = expect(asked).rejects.toMatchObject({ code: 'ECONNRESET' });
  await until(() => begun.length === 1);
  await gateway.close('SIGTERM');
  await cut;
  const registry = gateway.app.get(Registry, { strict: false });
  await expect.poll(() => registry.metrics()).toContain('kube_gateway_requests_total{door="http",code="503"} 1');
  cluster.api.answer = () => false;
});

it('waits for nobody when a person ends it', async () => {
  const gateway = await startGateway(cluster, { SHUTDOWN_DELAY: '1h' });
  await gateway.close('SIGINT');
  await expect(call(gateway.port, '/healthz')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

it('waits for requests in flight as long as ten years: no longer than a timer can', async () => {
  const gateway = await startGateway(cluster, { DRAIN_TIME: '87600h' });
  const warnings: string[] = [];
  const hear = ({ name }: Error): void => void warnings.push(name);
  process.on('warning', hear);
  await gateway.close('SIGINT');
  process.off('warning', hear);
  expect(warnings).not.toContain('TimeoutOverflowWarning');
});

it('ends both sides of an upgrade that is no console', async () => {
  const usb = VNC.replace(/vnc$/, 'usbredir');
  const { status } = await cluster.grant({ urls: [usb.slice('/k8s'.length)] });
  const gateway = await startGateway(cluster);
  const client = await view(gateway.port, usb, { authorization: `Bearer ${status?.token ?? ''}` });
  await client.receives('RFB');
  const guest = cluster.api.guests.at(-1);
  await gateway.close('SIGINT');
  expect((await client.ended).code).toBe(1006);
  await until(() => guest?.socket.readyState === WebSocket.CLOSED);
});
