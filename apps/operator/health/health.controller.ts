import { Controller, Get, Header } from '@nestjs/common';
import { type HealthCheckResult, HealthCheckService } from '@nestjs/terminus';
import { ReadinessIndicator } from './readiness-indicator.js';

/** Probes of the kubelet, in the shape of @nestjs/terminus. */
@Controller()
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly readiness: ReadinessIndicator,
  ) {}

  /** The process responds: no failure that a restart would fix. */
  @Get('healthz')
  @Header('cache-control', 'no-store')
  healthz(): Promise<HealthCheckResult> {
    return this.health.check([]);
  }

  /** Ready while all watches are up to date and the webhook can be called, leader or not; 503 once the process begins to shut down. */
  @Get('readyz')
  @Header('cache-control', 'no-store')
  readyz(): Promise<HealthCheckResult> {
    return this.health.check([() => this.readiness.check()]);
  }
}
