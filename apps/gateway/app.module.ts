import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { KubeModule, type Upstream } from '#libs/kube';
import { type Logger } from 'pino';
import { Answers } from './answers.js';
import { ClusterModule } from './cluster/cluster.module.js';
import { type GatewayConfig } from './config.js';
import { ConsoleModule } from './console/console.module.js';
import { GrantsModule } from './grants/grants.module.js';
import { Entrance, Lifecycle, Running } from './lifecycle.js';
import { LinksModule } from './links/links.module.js';
import { OpsModule } from './ops/ops.module.js';
import { ProxyModule } from './proxy/proxy.module.js';
import { RefusalFilter } from './rest/kube-error.filter.js';
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
        OpsModule.forRoot(config, logger),
        KubeModule.forRoot(upstream),
        ClusterModule,
        GrantsModule,
        SessionsModule,
        ConsoleModule,
        ProxyModule,
        LinksModule,
        RestModule,
        WebModule,
      ],
      providers: [
        Running,
        Entrance,
        Lifecycle,
        { provide: APP_FILTER, inject: [Answers], useFactory: (answers: Answers) => new RefusalFilter(answers) },
      ],
    };
  }
}
