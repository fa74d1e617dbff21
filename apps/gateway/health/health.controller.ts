import { Controller, Get, Header, UseFilters } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { type HealthCheckResult, HealthCheckService, HealthIndicatorService } from '@nestjs/terminus';
import { AnyHost, Public } from '../http/access.js';
import { Readiness } from '../ops/readiness.js';
import { UnhealthyFilter } from './unhealthy.filter.js';

/** What Kubernetes asks, in the shape of @nestjs/terminus: 200, or 503 with what is missing, and nothing secret. */
@ApiExcludeController()
@Public()
@AnyHost()
@UseFilters(UnhealthyFilter)
@Controller()
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly readiness: Readiness,
  ) {}

  /** The process answers: there is no fault that a restart would cure. */
  @Header('cache-control', 'no-store')
  @Get('healthz')
  healthy(): Promise<HealthCheckResult> {
    return this.health.check([]);
  }

  /** The gateway can take requests. */
  @Header('cache-control', 'no-store')
  @Get('readyz')
  ready(): Promise<HealthCheckResult> {
    const gateway = this.indicators.check('gateway');
    const problems = this.readiness.problems();
    return this.health.check([() => (problems.length === 0 ? gateway.up() : gateway.down({ problems }))]);
  }
}
