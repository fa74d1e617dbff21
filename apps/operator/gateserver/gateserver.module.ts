import { Module } from '@nestjs/common';
import { ApplyModule } from '../apply/apply.module.js';
import { ClusterModule } from '../cluster/cluster.module.js';
import { KeysModule } from '../keys/keys.module.js';
import { OpsModule } from '../ops/ops.module.js';
import { Discovery } from './discovery.js';
import { ServerGatherer } from './gather.js';
import { MaterialMaker } from './make.js';
import { ServerReconciler } from './reconciler.js';

@Module({
  imports: [ApplyModule, ClusterModule, KeysModule, OpsModule],
  providers: [Discovery, ServerGatherer, MaterialMaker, ServerReconciler],
  exports: [Discovery, ServerReconciler],
})
export class GateServerModule {}
