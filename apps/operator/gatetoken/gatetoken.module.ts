import { Module } from '@nestjs/common';
import { ApplyModule } from '../apply/apply.module.js';
import { ClusterModule } from '../cluster/cluster.module.js';
import { KeysModule } from '../keys/keys.module.js';
import { OpsModule } from '../ops/ops.module.js';
import { TokenChanges } from './changes.js';
import { TokenGatherer } from './gather.js';
import { TokenReconciler } from './reconciler.js';

@Module({
  imports: [ApplyModule, ClusterModule, KeysModule, OpsModule],
  providers: [TokenChanges, TokenGatherer, TokenReconciler],
  exports: [TokenChanges, TokenReconciler],
})
export class GateTokenModule {}
