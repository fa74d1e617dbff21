import { type DynamicModule, Module } from '@nestjs/common';
import { type Logger } from 'pino';
import { Answers } from '../answers.js';
import { Watches } from '../cluster/watches.js';
import { GATEWAY_CONFIG, type GatewayConfig } from '../config.js';
import { GuestCredential } from '../proxy/guest-credential.js';
import { Audit } from './audit.js';
import { HealthController } from './health.controller.js';
import { LOGGER } from './logger.js';
import { Metrics } from './metrics.js';
import { MetricsServer } from './metrics-server.js';
import { Readiness } from './readiness.js';

/** What every other part writes to and is judged by. */
@Module({})
export class OpsModule {
  static forRoot(config: GatewayConfig, logger: Logger): DynamicModule {
    return {
      module: OpsModule,
      global: true,
      controllers: [HealthController],
      providers: [
        { provide: GATEWAY_CONFIG, useValue: config },
        { provide: LOGGER, useValue: logger },
        { provide: Answers, useFactory: () => new Answers(config.frameAncestors) },
        { provide: Metrics, useFactory: () => new Metrics() },
        {
          provide: Audit,
          inject: [Metrics],
          useFactory: (metrics: Metrics) => new Audit(logger, (code, reason) => metrics.denied(code, reason)),
        },
        {
          provide: MetricsServer,
          inject: [Metrics],
          useFactory: (metrics: Metrics) => new MetricsServer(metrics, config.metricsListen),
        },
        {
          provide: Readiness,
          inject: [Watches, GuestCredential],
          useFactory: (watches: Watches, guests: GuestCredential) =>
            new Readiness([() => watches.problems(), () => (guests.ready ? [] : ['no token for the guest account'])]),
        },
      ],
      exports: [GATEWAY_CONFIG, LOGGER, Answers, Metrics, Audit, MetricsServer, Readiness],
    };
  }
}
