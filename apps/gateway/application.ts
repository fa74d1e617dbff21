import { type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type Upstream } from '#libs/kube';
import { type Logger, NestLogger } from '#libs/ops';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import { AppModule } from './app.module.js';
import { type GatewayConfig } from './config/config.js';
import { GatewayAdapter } from './http/adapter.js';
import { securityHeaders } from './http/security-headers.js';
import { compressReads } from './http/compressed.js';
import { serveOpenApi } from './rest/openapi.js';
import { bodyInTime } from './http/slow-bodies.js';

/** 500 URLs of 2048 characters, and what is around them. */
const LARGEST_SPEC = '1200kb';
const LARGEST_BODY = '64kb';

/** The gateway as a Nest application that does not listen yet. */
export async function createGateway(
  config: GatewayConfig,
  upstream: Upstream,
  logger: Logger,
): Promise<INestApplication> {
  const adapter = new GatewayAdapter(config);
  const app = await NestFactory.create(AppModule.forRoot(config, upstream, logger), adapter, {
    bodyParser: false,
    logger: new NestLogger(logger),
    abortOnError: false,
  });
  const instance = adapter.getInstance<Express>();
  instance.disable('x-powered-by');
  instance.use((req: Request, res: Response, next: NextFunction) => {
    res.set(securityHeaders(req, config));
    next();
  });
  instance.use('/api', compressReads());
  instance.use('/api/v1', keptByNoCache);
  parseBodies(instance);
  serveOpenApi(app, config);
  return app;
}

/** What one user may see is in no cache for the next one. The screenshot and the event stream say otherwise themselves. */
function keptByNoCache(_req: Request, res: Response, next: NextFunction): void {
  res.set('cache-control', 'no-store');
  next();
}

/** Only where the gateway itself reads them: what is passed on to a web application must stay unread. */
function parseBodies(instance: Express): void {
  instance.use(['/auth', '/l', '/login', '/api/v1'], bodyInTime());
  instance.use('/auth/jwt/request', express.json({ limit: LARGEST_SPEC }));
  instance.use('/api/v1', express.json({ limit: LARGEST_SPEC }));
  for (const path of ['/auth', '/l', '/login']) {
    instance.use(
      path,
      express.json({ limit: LARGEST_BODY }),
      express.urlencoded({ limit: LARGEST_BODY, extended: false }),
    );
  }
}
