import { Module } from '@nestjs/common';
import { Clock } from '#libs/ops';
import { Audit } from './audit.js';
import { Faults } from './faults.js';
import { Metrics } from './metrics.js';

@Module({ providers: [Audit, Clock, Faults, Metrics], exports: [Audit, Clock, Faults, Metrics] })
export class OpsModule {}
