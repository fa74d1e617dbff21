import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { call, view } from './testing/clients.js';
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

it('waits for nobody when a person ends it', async () => {
  const gateway = await startGateway(cluster, { SHUTDOWN_DELAY: '1h' });
  await gateway.close('SIGINT');
  await expect(call(gateway.port, '/healthz')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
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
