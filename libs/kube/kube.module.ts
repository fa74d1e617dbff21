import { type DynamicModule, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { OwnClient } from './client.js';
import { Upstream } from './upstream.js';

/** Nest: provides Upstream and OwnClient to the whole app and closes the connections when the app has shut down. */
@Module({})
export class KubeModule implements OnApplicationShutdown {
  constructor(@Inject(Upstream) private readonly upstream: Upstream) {}

  static forRoot(upstream: Upstream): DynamicModule {
    return {
      module: KubeModule,
      global: true,
      providers: [
        { provide: Upstream, useValue: upstream },
        { provide: OwnClient, useFactory: () => new OwnClient(upstream) },
      ],
      exports: [Upstream, OwnClient],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.upstream.close();
  }
}
