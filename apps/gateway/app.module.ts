import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { KubeModule, type Upstream } from '#libs/kube';
import { type Logger, ObservabilityModule } from '#libs/ops';
import { Answers } from './answers.js';
import { ClusterModule } from './cluster/cluster.module.js';
import { GATEWAY_CONFIG, type GatewayConfig } from './config.js';
import { ConsoleModule } from './console/console.module.js';
import { GrantsModule } from './grants/grants.module.js';
import { Entrance, Lifecycle, Running } from './lifecycle.js';
import { LimitsModule } from './limits/limits.module.js';
import { LinksModule } from './links/links.module.js';
import { OpsModule } from './ops/ops.module.js';
import { Audit } from './ops/audit.js';
import { clientAddress } from './proxy/client-address.js';
import { ProxyModule } from './proxy/proxy.module.js';
import { RefusalFilter } from './rest/kube-error.filter.js';
import { RestModule } from './rest/rest.module.js';
import { SessionsModule } from './sessions/sessions.module.js';
import { WebModule } from './web/web.module.js';

/** Statuses that mean that somebody knocked in vain. */
const DENIALS = new Set([401, 403, 410, 425]);

function makeFilter(answers: Answers, audit: Audit, { trustedHops }: GatewayConfig): RefusalFilter {
  return new RefusalFilter(answers, ({ method, originalUrl: url, headers, socket }, refusal) => {
    if (!DENIALS.has(refusal.code)) return;
    const address = clientAddress(socket.remoteAddress, headers['x-forwarded-for'], trustedHops);
    audit.denied({ door: 'page', method, url, address, refusal });
  });
}

/** The gateway: everything it is made of. web/ comes last, since it answers whatever path is left. */
@Module({})
export class AppModule {
  static forRoot(config: GatewayConfig, upstream: Upstream, logger: Logger): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ObservabilityModule.forRoot({ logger, metricsAddress: config.metricsListen }),
        OpsModule.forRoot(config),
        KubeModule.forRoot(upstream),
        ClusterModule,
        GrantsModule,
        SessionsModule,
        ConsoleModule,
        ProxyModule,
        LimitsModule,
        LinksModule,
        RestModule,
        WebModule,
      ],
      providers: [
        Running,
        Entrance,
        Lifecycle,
        { provide: APP_FILTER, inject: [Answers, Audit, GATEWAY_CONFIG], useFactory: makeFilter },
      ],
    };
  }
}
