import { type DynamicModule, Module } from '@nestjs/common';
import { Registry } from 'prom-client';
import { type Logger, LOGGER } from './logger.js';
import { type Address, METRICS_ADDRESS, MetricsServer } from './metrics-server.js';

export interface ObservabilityOptions {
  readonly logger: Logger;
  readonly metricsAddress: Address;
}

/** Nest: provides the logger (`LOGGER`) and the registry of metrics (`Registry`) to the whole app, and serves the latter. */
@Module({})
export class ObservabilityModule {
  static forRoot({ logger, metricsAddress }: ObservabilityOptions): DynamicModule {
    return {
      module: ObservabilityModule,
      global: true,
      providers: [
        { provide: LOGGER, useValue: logger },
        { provide: METRICS_ADDRESS, useValue: metricsAddress },
        { provide: Registry, useValue: new Registry() },
        MetricsServer,
      ],
      exports: [LOGGER, Registry],
    };
  }
}
