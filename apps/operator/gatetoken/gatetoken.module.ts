import { Module } from '@nestjs/common';
import { ApplyModule } from '../apply/apply.module.js';
import { ClusterModule } from '../cluster/cluster.module.js';
import { SEAL_KEYS } from '../keys/seal-keys.js';
import { OpsModule } from '../ops/ops.module.js';
import { TokenGatherer } from './gather.js';
import { TokenReconciler } from './reconciler.js';

@Module({
  imports: [ApplyModule, ClusterModule, OpsModule],
  providers: [TokenGatherer, TokenReconciler, { provide: SEAL_KEYS, useValue: undefined }],
  exports: [TokenReconciler],
})
export class GateTokenModule {}
