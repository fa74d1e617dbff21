import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { AdmissionModule } from '../admission/admission.module.js';
import { ClusterModule } from '../cluster/cluster.module.js';
import { OpsModule } from '../ops/ops.module.js';
import { HealthController } from './health.controller.js';
import { ReadinessIndicator } from './readiness-indicator.js';

@Module({
  // Watches log their faults themselves: a line for each failed probe would add nothing.
  imports: [AdmissionModule, ClusterModule, OpsModule, TerminusModule.forRoot({ logger: false })],
  controllers: [HealthController],
  providers: [ReadinessIndicator],
})
export class HealthModule {}
