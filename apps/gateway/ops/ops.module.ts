import { Module } from '@nestjs/common';
import { Clock } from '#libs/ops';
import { Audit } from './audit.js';
import { Metrics } from './metrics.js';
import { Readiness } from './readiness.js';

/** The clock, the audit log, metrics and readiness. */
@Module({ providers: [Audit, Clock, Metrics, Readiness], exports: [Audit, Clock, Metrics, Readiness] })
export class OpsModule {}
