import { Controller, Get, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { type Response } from 'express';
import { Public } from '../http/access.js';
import { Readiness } from '../ops/readiness.js';

@ApiExcludeController()
@Public()
@Controller()
export class HealthController {
  constructor(private readonly readiness: Readiness) {}

  /** The process answers: nothing that a restart would cure is wrong. */
  @Get('healthz')
  healthy(@Res() res: Response): void {
    res.setHeader('cache-control', 'no-store');
    res.type('text/plain').send('ok\n');
  }

  /** It may be sent requests. The lines say what is missing, and nothing secret. */
  @Get('readyz')
  ready(@Res() res: Response): void {
    const problems = this.readiness.problems();
    res.setHeader('cache-control', 'no-store');
    res.status(problems.length === 0 ? 200 : 503).type('text/plain');
    res.send(problems.length === 0 ? 'ok\n' : `${problems.join('\n')}\n`);
  }
}
