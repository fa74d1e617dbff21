import { Module } from '@nestjs/common';
import { Upstream } from '#libs/kube';
import { ClusterModule } from '../cluster/cluster.module.js';
import { Watches } from '../cluster/watches.js';
import { GATEWAY_CONFIG, type GatewayConfig } from '../config/config.js';
import { ConsoleRights } from './console-rights.js';
import { UserVms } from './user-vms.js';
import { VmStates } from './vm-states.js';

/** The state of VMs: watched in the gateway's own namespace, asked as the user elsewhere. */
@Module({
  imports: [ClusterModule],
  providers: [
    {
      provide: VmStates,
      inject: [Watches, GATEWAY_CONFIG],
      useFactory: ({ vms, vmis }: Watches, { namespace }: GatewayConfig) => new VmStates(vms, vmis, namespace),
    },
    { provide: UserVms, inject: [Upstream], useFactory: (upstream: Upstream) => new UserVms(upstream) },
    { provide: ConsoleRights, inject: [Upstream], useFactory: (upstream: Upstream) => new ConsoleRights(upstream) },
  ],
  exports: [VmStates, UserVms, ConsoleRights],
})
export class VmsModule {}
