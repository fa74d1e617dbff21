import { Module } from '@nestjs/common';
import { HealthController } from './health.controller.js';

/** What Kubernetes asks before it sends requests, or restarts a pod. */
@Module({ controllers: [HealthController] })
export class HealthModule {}
