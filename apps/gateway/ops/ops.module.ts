import { Global, Module } from '@nestjs/common';
import { Clock } from '#libs/ops';
import { Audit } from './audit.js';
import { Metrics } from './metrics.js';
import { Readiness } from './readiness.js';

/** Logs, metrics and readiness, used by every other part. */
@Global()
@Module({ providers: [Audit, Clock, Metrics, Readiness], exports: [Audit, Clock, Metrics, Readiness] })
export class OpsModule {}
