import { Module } from '@nestjs/common';
import { Clock } from '#libs/ops';
import { Faults } from './faults.js';
import { Metrics } from './metrics.js';

@Module({ providers: [Clock, Faults, Metrics], exports: [Clock, Faults, Metrics] })
export class OpsModule {}
