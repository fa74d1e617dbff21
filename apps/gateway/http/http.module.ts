import { Module } from '@nestjs/common';
import { APP_FILTER, APP_PIPE } from '@nestjs/core';
import { OpsModule } from '../ops/ops.module.js';
import { Answers } from './answers.js';
import { ClientAddresses } from './client-address.js';
import { DtoPipe } from './dto.js';
import { RefusalFilter } from './refusal.filter.js';
import { RefusalLines } from './refusal-lines.js';
import { RequestLog } from './request-log.js';

/** What the gateway answers by itself: refusals as JSON or as a page, whatever refused them. */
@Module({
  imports: [OpsModule],
  providers: [
    Answers,
    ClientAddresses,
    RefusalLines,
    RequestLog,
    { provide: APP_FILTER, useClass: RefusalFilter },
    { provide: APP_PIPE, useClass: DtoPipe },
  ],
  exports: [Answers, ClientAddresses, RequestLog],
})
export class HttpModule {}
