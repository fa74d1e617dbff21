import { Module } from '@nestjs/common';
import { ClusterModule } from '../cluster/cluster.module.js';
import { OpsModule } from '../ops/ops.module.js';
import { HealthController } from './health.controller.js';

@Module({ imports: [ClusterModule, OpsModule], controllers: [HealthController] })
export class HealthModule {}
