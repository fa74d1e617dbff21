import { type IncomingMessage, type ServerResponse } from 'node:http';
import { type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { afterEach, expect, it } from 'vitest';
import { makeLogger, MetricsServer, NestLogger } from '#libs/ops';
import { json, TestServer } from '../../libs/kube/testing/server.js';
import { readConfig } from './config/config.js';
import { OperatorModule } from './operator.module.js';

let api: TestServer;
let app: INestApplication;
let lost = 0;

afterEach(async () => {
  await app.close();
  await api.close();
});

async function start(handler: (req: IncomingMessage, res: ServerResponse, body: string) => void): Promise<string> {
  api = await TestServer.start(handler);
  const env = { KUBECONFIG: 'unused', GATEWAY_IMAGE: 'gateway:1', METRICS_LISTEN: '127.0.0.1:0', POD_NAME: 'pod-1' };
  const logger = makeLogger('operator', 'silent');
  const config = readConfig(env);
  const module = OperatorModule.forRoot({ config, upstream: api.upstream, logger, onLost: () => (lost += 1) });
  app = await NestFactory.create(module, { logger: new NestLogger(logger), abortOnError: false });
  await app.listen(0, '127.0.0.1');
  return app.getUrl();
}

/** A cluster without objects. @param held what the answer to giving the lead back waits for */
function emptyCluster(held: Promise<void> = Promise.resolve()) {
  let lease: { spec?: { holderIdentity?: string } } | undefined;
  return (req: IncomingMessage, res: ServerResponse, body: string): void => {
    if (req.url?.includes('/leases')) {
      if (req.method === 'GET' && !lease) return json(res, { kind: 'Status', code: 404, message: 'not found' }, 404);
      if (req.method !== 'GET') lease = JSON.parse(body) as NonNullable<typeof lease>;
      return void (lease?.spec?.holderIdentity === '' ? held : Promise.resolve()).then(() => json(res, lease));
    }
    if (req.url?.includes('watch='))
      return void res.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
    json(res, { metadata: { resourceVersion: '1' }, items: [] });
  };
}

async function metrics(): Promise<string> {
  const { port } = app.get(MetricsServer, { strict: false });
  return (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
}

/** At the begin of a line, as the help text of the metric reads the same. */
const LEADS = /^kube_gateway_operator_leads 1$/m;

const released = () => {
  const writes = api.requests.filter(({ method, url }) => method !== 'GET' && url.pathname.includes('/leases'));
  return (
    (JSON.parse(writes.at(-1)?.body ?? '{}') as { spec?: { holderIdentity?: string } }).spec?.holderIdentity === ''
  );
};

it('leads, and is ready while its watches are in touch', async () => {
  const url = await start(emptyCluster());
  await expect.poll(async () => (await fetch(`${url}/readyz`)).status).toBe(200);
  await expect.poll(metrics).toMatch(LEADS);
  expect(await metrics()).toContain('kube_gateway_operator_queue_length{kind="GateToken"} 0');
});

it('is not ready any more while it ends, and gives the lead back', async () => {
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  const url = await start(emptyCluster(held));
  await expect.poll(async () => (await fetch(`${url}/readyz`)).status).toBe(200);
  await expect.poll(metrics).toMatch(LEADS);
  const closed = app.close();
  await expect.poll(released).toBe(true);
  const ready = await fetch(`${url}/readyz`);
  expect([ready.status, (await fetch(`${url}/healthz`)).status]).toEqual([503, 200]);
  expect(await ready.text()).toContain('Shutting down.');
  release();
  await closed;
  expect(lost).toBe(0);
});

it('is alive but not ready while the API server refuses it, and says what it is out of touch with', async () => {
  const url = await start((_req, res) => json(res, { kind: 'Status', code: 403, message: 'forbidden' }, 403));
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  const ready = await fetch(`${url}/readyz`);
  expect(ready.status).toBe(503);
  expect(await ready.text()).toMatch(/Out of touch with the API server: [^"]*gatetokens/);
});
