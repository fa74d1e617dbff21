import { Module } from '@nestjs/common';
import { ApplyModule } from '../apply/apply.module.js';
import { ClusterModule } from '../cluster/cluster.module.js';
import { OpsModule } from '../ops/ops.module.js';
import { Histories } from './histories.js';
import { SessionReconciler } from './reconciler.js';

@Module({
  imports: [ApplyModule, ClusterModule, OpsModule],
  providers: [Histories, SessionReconciler],
  exports: [Histories, SessionReconciler],
})
export class GateSessionModule {}
