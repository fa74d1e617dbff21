import { Module } from '@nestjs/common';
import { ApplyModule } from '../apply/apply.module.js';
import { ClusterModule } from '../cluster/cluster.module.js';
import { OpsModule } from '../ops/ops.module.js';
import { TokenReconciler } from './reconciler.js';

@Module({
  imports: [ApplyModule, ClusterModule, OpsModule],
  providers: [TokenReconciler],
  exports: [TokenReconciler],
})
export class GateTokenModule {}
