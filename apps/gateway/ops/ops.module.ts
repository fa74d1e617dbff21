import { type DynamicModule, Module } from '@nestjs/common';
import { type Logger, LOGGER } from '#libs/ops';
import { Answers } from '../answers.js';
import { Watches } from '../cluster/watches.js';
import { GATEWAY_CONFIG, type GatewayConfig } from '../config.js';
import { GuestCredential } from '../proxy/guest-credential.js';
import { Audit } from './audit.js';
import { HealthController } from './health.controller.js';
import { Metrics } from './metrics.js';
import { Readiness } from './readiness.js';

/** What every other part writes to and is judged by. */
@Module({})
export class OpsModule {
  static forRoot(config: GatewayConfig): DynamicModule {
    return {
      module: OpsModule,
      global: true,
      controllers: [HealthController],
      providers: [
        { provide: GATEWAY_CONFIG, useValue: config },
        { provide: Answers, useFactory: () => new Answers(config.frameAncestors) },
        Metrics,
        {
          provide: Audit,
          inject: [LOGGER, Metrics],
          useFactory: (logger: Logger, metrics: Metrics) =>
            new Audit(logger, (code, reason) => metrics.denied(code, reason)),
        },
        {
          provide: Readiness,
          inject: [Watches, GuestCredential],
          useFactory: (watches: Watches, guests: GuestCredential) =>
            new Readiness([() => watches.problems(), () => (guests.ready ? [] : ['no token for the guest account'])]),
        },
      ],
      exports: [GATEWAY_CONFIG, Answers, Metrics, Audit, Readiness],
    };
  }
}
