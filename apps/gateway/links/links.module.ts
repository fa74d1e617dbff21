import { Module } from '@nestjs/common';
import { ClusterModule } from '../cluster/cluster.module.js';
import { Watches } from '../cluster/watches.js';
import { GATEWAY_CONFIG, type GatewayConfig } from '../config/config.js';
import { GrantsModule } from '../grants/grants.module.js';
import { GrantStore } from '../grants/grant-store.js';
import { Handles } from '../grants/handle.js';
import { GrantReader } from '../grants/grant-reader.js';
import { Redeemer } from '../grants/redeem.js';
import { Audit } from '../ops/audit.js';
import { VmStates } from '../vms/vm-states.js';
import { VmsModule } from '../vms/vms.module.js';
import { LinksController } from './links.controller.js';
import { LinksService } from './links.service.js';
import { RequestController } from './request.controller.js';

/** The links that guests open, and the endpoint of the original system that issues them. */
@Module({
  imports: [ClusterModule, GrantsModule, VmsModule],
  controllers: [LinksController, RequestController],
  providers: [
    {
      provide: LinksService,
      inject: [GrantStore, GrantReader, Redeemer, Handles, VmStates, Audit, Watches, GATEWAY_CONFIG],
      useFactory: (
        store: GrantStore,
        reader: GrantReader,
        redeemer: Redeemer,
        handles: Handles,
        vms: VmStates,
        audit: Audit,
        watches: Watches,
        config: GatewayConfig,
      ) =>
        new LinksService({
          store,
          reader,
          redeemer,
          handles,
          vms,
          audit,
          config,
          now: Date.now,
          inTouch: () => watches.inTouch(),
        }),
    },
  ],
})
export class LinksModule {}
