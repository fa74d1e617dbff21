import { Controller, Get, Header } from '@nestjs/common';
import { type HealthCheckResult, HealthCheckService } from '@nestjs/terminus';
import { ReadinessIndicator } from './readiness-indicator.js';

/** What a kubelet asks. */
@Controller()
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly readiness: ReadinessIndicator,
  ) {}

  /** The process answers: nothing that a restart would cure is wrong. */
  @Get('healthz')
  healthz(): string {
    return 'ok';
  }

  /** Ready while every watch is in touch with the API server, leader or not; no longer once the process ends (503). */
  @Get('readyz')
  @Header('cache-control', 'no-store')
  readyz(): Promise<HealthCheckResult> {
    return this.health.check([() => this.readiness.check()]);
  }
}
