import { Controller, Get, ServiceUnavailableException } from '@nestjs/common';
import { OperatorService } from '../manager/manager.js';

/** What a kubelet asks. */
@Controller()
export class HealthController {
  constructor(private readonly operator: OperatorService) {}

  @Get('healthz')
  healthz(): string {
    return 'ok';
  }

  /** Ready while every watch is in touch with the API server, whether it leads or not. */
  @Get('readyz')
  readyz(): string {
    const lagging = this.operator.lagging();
    if (lagging.length === 0) return 'ok';
    throw new ServiceUnavailableException(`out of touch with the API server: ${lagging.join(', ')}`);
  }
}
