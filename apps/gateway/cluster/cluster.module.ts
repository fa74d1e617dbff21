import { Module } from '@nestjs/common';
import { OwnClient } from '#libs/kube';
import { type Logger, LOGGER } from '#libs/ops';
import { GATEWAY_CONFIG, type GatewayConfig } from '../config/config.js';
import { Readiness } from '../ops/readiness.js';
import { Watches } from './watches.js';

/** What the gateway knows of the cluster by its own account. */
@Module({
  providers: [
    {
      provide: Watches,
      inject: [OwnClient, GATEWAY_CONFIG, LOGGER, Readiness],
      useFactory: (client: OwnClient, config: GatewayConfig, log: Logger, readiness: Readiness) => {
        const { namespace, jwksConfigMap } = config;
        const onError = (what: string, err: unknown): void => log.warn({ what, err }, 'watch failed');
        const watches = new Watches(client, { namespace, jwksConfigMap, onError });
        readiness.require(() => watches.problems());
        return watches;
      },
    },
  ],
  exports: [Watches],
})
export class ClusterModule {}
