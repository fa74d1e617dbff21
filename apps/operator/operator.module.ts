import { type DynamicModule, Module } from '@nestjs/common';
import { KubeModule, type Upstream } from '#libs/kube';
import { type Logger, ObservabilityModule } from '#libs/ops';
import { ConfigModule } from './config/config.module.js';
import { type OperatorConfig } from './config/config.js';
import { HealthModule } from './health/health.module.js';
import { ManagerModule } from './manager/manager.module.js';

export interface OperatorModuleOptions {
  config: OperatorConfig;
  upstream: Upstream;
  logger: Logger;
  /** Called when the lead is lost. */
  onLost: () => void;
}

@Module({})
export class OperatorModule {
  static forRoot({ config, upstream, logger, onLost }: OperatorModuleOptions): DynamicModule {
    return {
      module: OperatorModule,
      imports: [
        ConfigModule.forRoot(config),
        KubeModule.forRoot(upstream),
        ObservabilityModule.forRoot({ logger, metricsAddress: config.metricsListen }),
        ManagerModule.forRoot(onLost),
        HealthModule,
      ],
    };
  }
}
