import { type DynamicModule, Module } from '@nestjs/common';
import { KubeModule, OwnClient, type Upstream } from '#libs/kube';
import { type OperatorConfig } from './config.js';
import { HealthController } from './health.controller.js';
import { type Logger } from './log.js';
import { Metrics } from './metrics.js';
import { MetricsServer } from './metrics-server.js';
import { OperatorService } from './operator.service.js';

export interface OperatorModuleOptions {
  config: OperatorConfig;
  upstream: Upstream;
  log: Logger;
  onLost: () => void;
}

@Module({})
export class OperatorModule {
  static forRoot({ config, upstream, log, onLost }: OperatorModuleOptions): DynamicModule {
    return {
      module: OperatorModule,
      imports: [KubeModule.forRoot(upstream)],
      controllers: [HealthController],
      providers: [
        Metrics,
        {
          provide: OperatorService,
          inject: [OwnClient, Metrics],
          useFactory: (client: OwnClient, metrics: Metrics) =>
            new OperatorService({ config, client, log, metrics, onLost }),
        },
        {
          provide: MetricsServer,
          inject: [Metrics],
          useFactory: (metrics: Metrics) => new MetricsServer(metrics, config.metricsListen),
        },
      ],
    };
  }
}
