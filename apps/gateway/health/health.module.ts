import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { OpsModule } from '../ops/ops.module.js';
import { HealthController } from './health.controller.js';

/** Kubernetes' probes. They come every two seconds, so none is logged. */
@Module({ imports: [TerminusModule.forRoot({ logger: false }), OpsModule], controllers: [HealthController] })
export class HealthModule {}
