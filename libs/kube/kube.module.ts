import { type DynamicModule, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { OwnClient } from './client.js';
import { Upstream } from './upstream.js';
import { UserClients } from './user-clients.js';

/** Nest: provides Upstream, OwnClient and UserClients to the whole app and closes the connections when the app has shut down. */
@Module({})
export class KubeModule implements OnApplicationShutdown {
  constructor(@Inject(Upstream) private readonly upstream: Upstream) {}

  static forRoot(upstream: Upstream): DynamicModule {
    return {
      module: KubeModule,
      global: true,
      providers: [
        { provide: Upstream, useValue: upstream },
        { provide: OwnClient, useValue: new OwnClient(upstream) },
        UserClients,
      ],
      exports: [Upstream, OwnClient, UserClients],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.upstream.close();
  }
}
