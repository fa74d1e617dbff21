import { Inject, type MiddlewareConsumer, Module, type NestModule } from '@nestjs/common';
import { type NextFunction, type Request, type Response } from 'express';
import { GATEWAY_CONFIG, type GatewayConfig } from '../config/config.js';
import { Answers } from '../http/answers.js';
import { ClientAddresses } from '../http/client-address.js';
import { HttpModule } from '../http/http.module.js';
import { RequestLog } from '../http/request-log.js';
import { WebApp } from './web-app.js';
import { WebController } from './web.controller.js';

/**
 * Serves the built dashboard. If the GateServer names its own web application (`spec.web-app`), that application answers
 * at every path that is not the gateway's. It comes before any route, since Nest guarantees no order of routes.
 */
@Module({ imports: [HttpModule], controllers: [WebController] })
export class WebModule implements NestModule {
  constructor(
    @Inject(GATEWAY_CONFIG) private readonly config: GatewayConfig,
    private readonly answers: Answers,
    private readonly addresses: ClientAddresses,
    private readonly log: RequestLog,
  ) {}

  configure(consumer: MiddlewareConsumer): void {
    const { webApp: target } = this.config;
    if (target === undefined) return;
    const { answers, addresses, log } = this;
    const webApp = new WebApp(target, this.config, { answers, addresses, log });
    const middleware = (request: Request, response: Response, next: NextFunction): void => {
      const { originalUrl } = request; // Nest mounts the middleware, which cuts the path off `url`.
      if (webApp.isOwn(originalUrl.split('?', 1)[0] ?? '/')) return next();
      request.url = originalUrl;
      webApp.forward(request, response).catch(next);
    };
    consumer.apply(middleware).forRoutes('{*path}');
  }
}
