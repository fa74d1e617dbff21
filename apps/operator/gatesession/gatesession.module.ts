import { Module } from '@nestjs/common';
import { ClusterModule } from '../cluster/cluster.module.js';
import { OpsModule } from '../ops/ops.module.js';
import { SessionReconciler } from './reconciler.js';

@Module({ imports: [ClusterModule, OpsModule], providers: [SessionReconciler], exports: [SessionReconciler] })
export class GateSessionModule {}
