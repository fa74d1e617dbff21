import { Controller, Get, ServiceUnavailableException } from '@nestjs/common';
import { Watches } from '../cluster/watches.js';

/** Watches are renewed every 30 s; three that failed in a row are a lost API server. */
const PATIENCE_MS = 90_000;

/** What a kubelet asks. */
@Controller()
export class HealthController {
  constructor(private readonly watches: Watches) {}

  @Get('healthz')
  healthz(): string {
    return 'ok';
  }

  /** Ready while every watch is in touch with the API server, whether it leads or not. */
  @Get('readyz')
  readyz(): string {
    const lagging = this.watches.lagging(Date.now(), PATIENCE_MS);
    if (lagging.length === 0) return 'ok';
    throw new ServiceUnavailableException(`out of touch with the API server: ${lagging.join(', ')}`);
  }
}
