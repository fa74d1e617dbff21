import { type DynamicModule, Module } from '@nestjs/common';
import { KubeModule, OwnClient, type Upstream } from '#libs/kube';
import { type Logger, LOGGER, ObservabilityModule } from '#libs/ops';
import { type OperatorConfig } from './config/config.js';
import { HealthController } from './health/health.controller.js';
import { Metrics } from './ops/metrics.js';
import { OperatorService } from './manager/manager.js';

export interface OperatorModuleOptions {
  config: OperatorConfig;
  upstream: Upstream;
  logger: Logger;
  onLost: () => void;
}

@Module({})
export class OperatorModule {
  static forRoot({ config, upstream, logger, onLost }: OperatorModuleOptions): DynamicModule {
    return {
      module: OperatorModule,
      imports: [
        KubeModule.forRoot(upstream),
        ObservabilityModule.forRoot({ logger, metricsAddress: config.metricsListen }),
      ],
      controllers: [HealthController],
      providers: [
        Metrics,
        {
          provide: OperatorService,
          inject: [OwnClient, LOGGER, Metrics],
          useFactory: (client: OwnClient, log: Logger, metrics: Metrics) =>
            new OperatorService({ config, client, log, metrics, onLost }),
        },
      ],
    };
  }
}
