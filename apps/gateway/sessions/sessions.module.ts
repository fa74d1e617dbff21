import { Module } from '@nestjs/common';
import { ClusterModule } from '../cluster/cluster.module.js';
import { GrantsModule } from '../grants/grants.module.js';
import { OpsModule } from '../ops/ops.module.js';
import { ConsoleLeases } from './console-leases.js';
import { Orphans } from './orphans.js';
import { ReplicaLease } from './replica-lease.js';
import { SessionRecords } from './session-records.js';

/** What replicas agree on about consoles, and the record of each. */
@Module({
  imports: [ClusterModule, GrantsModule, OpsModule],
  providers: [ConsoleLeases, Orphans, ReplicaLease, SessionRecords],
  exports: [ConsoleLeases, Orphans, ReplicaLease, SessionRecords],
})
export class SessionsModule {}
