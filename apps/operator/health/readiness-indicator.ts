import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { type HealthIndicatorResult, HealthIndicatorService } from '@nestjs/terminus';
import { Admission } from '../admission/admission.js';
import { Watches } from '../cluster/watches.js';
import { Clock } from '#libs/ops';

/** Watches are renewed every 30 s; three that failed in a row are a lost API server. */
const PATIENCE_MS = 90_000;

/**
 * Up while every watch that the operator needs is in touch with the API server, and while the API server can call its
 * webhook, until the process ends.
 */
@Injectable()
export class ReadinessIndicator implements OnModuleDestroy {
  #ending = false;

  constructor(
    private readonly watches: Watches,
    private readonly admission: Admission,
    private readonly clock: Clock,
    private readonly indicators: HealthIndicatorService,
  ) {}

  check(): HealthIndicatorResult {
    const indicator = this.indicators.check('operator');
    if (this.#ending) return indicator.down('Shutting down.');
    const lagging = this.watches.lagging(this.clock.now(), PATIENCE_MS);
    if (lagging.length > 0) return indicator.down(`Out of touch with the API server: ${lagging.join(', ')}.`);
    const problem = this.admission.problem();
    return problem === undefined ? indicator.up() : indicator.down(problem);
  }

  /** Nest calls this before anything else ends; what terminus does itself at the end may come after the manager's. */
  onModuleDestroy(): void {
    this.#ending = true;
  }
}
