/**
 * The built dashboard behind the built gateway's own server, headers and web room, with a stub of the API that answers at
 * once: the pages are what is measured.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import 'reflect-metadata';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { Express } from 'express';
import type * as Config from '../../apps/gateway/config/config.ts';
import type * as ConfigRoom from '../../apps/gateway/config/config.module.ts';
import type * as Adapter from '../../apps/gateway/http/adapter.ts';
import type * as Compressed from '../../apps/gateway/http/compressed.ts';
import type * as Headers from '../../apps/gateway/http/security-headers.ts';
import type * as WebRoom from '../../apps/gateway/web/web.module.ts';
import type * as Ops from '../../libs/ops/index.ts';
import { answersOf, NAMESPACE } from './answers.ts';
import { screenDoor } from './screen.ts';

const built = async <T>(path: string): Promise<T> =>
  (await import(new URL(`../../dist/${path}.js`, import.meta.url).href)) as T;
const { readConfig } = await built<typeof Config>('apps/gateway/config/config');
const { ConfigModule } = await built<typeof ConfigRoom>('apps/gateway/config/config.module');
const { GatewayAdapter } = await built<typeof Adapter>('apps/gateway/http/adapter');
const { compressReads } = await built<typeof Compressed>('apps/gateway/http/compressed');
const { securityHeaders } = await built<typeof Headers>('apps/gateway/http/security-headers');
const { WebModule } = await built<typeof WebRoom>('apps/gateway/web/web.module');
const { makeLogger, NestLogger, ObservabilityModule } = await built<typeof Ops>('libs/ops/index');

export interface Site {
  readonly origin: string;
  stop(): Promise<void>;
}

/** @param count of VMs in the list */
export async function startSite(port: number, count: number): Promise<Site> {
  const origin = `http://localhost:${port}`;
  const config = readConfig({
    LISTEN: `127.0.0.1:${port}`,
    METRICS_LISTEN: '127.0.0.1:0',
    KUBERNETES_SERVICE_HOST: '127.0.0.1',
    POD_NAMESPACE: NAMESPACE,
    POD_NAME: 'pod',
    GATESERVER: 'gs',
    PUBLIC_URLS: origin,
    SESSION_KEY: Buffer.alloc(32, 7).toString('base64'),
  });
  const adapter = new GatewayAdapter(config);
  const app = await create(config, adapter);
  const express = adapter.getInstance<Express>();
  express.use((req, res, next) => {
    res.set(securityHeaders(req, config));
    next();
  });
  express.use('/api', compressReads());
  express.use(answersOf(count));
  adapter.setDoors({ request: { handle: unserved }, upgrade: { handle: screenDoor() } });
  await app.listen(port, '127.0.0.1');
  return { origin, stop: () => app.close() };
}

async function create(config: Config.GatewayConfig, adapter: Adapter.GatewayAdapter): Promise<INestApplication> {
  const logger = makeLogger('bench', 'silent');
  const imports = [
    ObservabilityModule.forRoot({ logger, metricsAddress: config.metricsListen }),
    ConfigModule.forRoot(config),
    WebModule,
  ];
  const module = { module: class Bench {}, imports };
  return NestFactory.create(module, adapter, { bodyParser: false, logger: new NestLogger(logger) });
}

function unserved(_req: IncomingMessage, res: ServerResponse): void {
  res.writeHead(404).end();
}
