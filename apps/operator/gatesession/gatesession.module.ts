import { Module } from '@nestjs/common';
import { ClusterModule } from '../cluster/cluster.module.js';
import { OpsModule } from '../ops/ops.module.js';
import { Histories } from './histories.js';
import { SessionReconciler } from './reconciler.js';

@Module({
  imports: [ClusterModule, OpsModule],
  providers: [Histories, SessionReconciler],
  exports: [Histories, SessionReconciler],
})
export class GateSessionModule {}
