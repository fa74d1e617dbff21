import { type DynamicModule, Module } from '@nestjs/common';
import { type Logger, LOGGER } from '#libs/ops';
import { GATEWAY_CONFIG, type GatewayConfig } from '../config/config.js';
import { Audit } from './audit.js';
import { Metrics } from './metrics.js';
import { Readiness } from './readiness.js';

/** What every other part writes to and is judged by. */
@Module({})
export class OpsModule {
  static forRoot(config: GatewayConfig): DynamicModule {
    return {
      module: OpsModule,
      global: true,
      providers: [
        { provide: GATEWAY_CONFIG, useValue: config },
        Metrics,
        {
          provide: Audit,
          inject: [LOGGER, Metrics],
          useFactory: (logger: Logger, metrics: Metrics) =>
            new Audit(logger, (code, reason) => metrics.denied(code, reason)),
        },
        Readiness,
      ],
      exports: [GATEWAY_CONFIG, Metrics, Audit, Readiness],
    };
  }
}
