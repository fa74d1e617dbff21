import { Module } from '@nestjs/common';
import { ClusterModule } from '../cluster/cluster.module.js';
import { ConsoleRights } from './console-rights.js';
import { UserVms } from './user-vms.js';
import { VmStates } from './vm-states.js';

/** The state of VMs: watched in the gateway's own namespace, asked as the user elsewhere. */
@Module({
  imports: [ClusterModule],
  providers: [VmStates, UserVms, ConsoleRights],
  exports: [VmStates, UserVms, ConsoleRights],
})
export class VmsModule {}
