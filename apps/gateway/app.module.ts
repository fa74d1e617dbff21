import { type DynamicModule, Module } from '@nestjs/common';
import { KubeModule, type Upstream } from '#libs/kube';
import { type Logger, ObservabilityModule } from '#libs/ops';
import { AccessModule } from './access/access.module.js';
import { ClusterModule } from './cluster/cluster.module.js';
import { type GatewayConfig } from './config/config.js';
import { ConfigModule } from './config/config.module.js';
import { ConsoleModule } from './console/console.module.js';
import { CredentialsModule } from './credentials/credentials.module.js';
import { HealthModule } from './health/health.module.js';
import { HttpModule } from './http/http.module.js';
import { Entrance, Lifecycle, Running } from './lifecycle.js';
import { IssuersModule } from './issuers/issuers.module.js';
import { LimitsModule } from './limits/limits.module.js';
import { LinksModule } from './links/links.module.js';
import { OpsModule } from './ops/ops.module.js';
import { ProxyModule } from './proxy/proxy.module.js';
import { RestModule } from './rest/rest.module.js';
import { SessionsModule } from './sessions/sessions.module.js';
import { WebModule } from './web/web.module.js';

/** The gateway: everything it is made of. web/ comes last, since it answers whatever path is left. */
@Module({})
export class AppModule {
  static forRoot(config: GatewayConfig, upstream: Upstream, logger: Logger): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ObservabilityModule.forRoot({ logger, metricsAddress: config.metricsListen }),
        ConfigModule.forRoot(config),
        OpsModule,
        KubeModule.forRoot(upstream),
        HttpModule,
        AccessModule,
        HealthModule,
        ClusterModule,
        CredentialsModule,
        IssuersModule,
        SessionsModule,
        ConsoleModule,
        ProxyModule,
        LimitsModule,
        LinksModule,
        RestModule,
        WebModule,
      ],
      providers: [Running, Entrance, Lifecycle],
    };
  }
}
