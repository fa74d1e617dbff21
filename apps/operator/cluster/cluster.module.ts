import { Module } from '@nestjs/common';
import { OpsModule } from '../ops/ops.module.js';
import { Events } from './events.js';
import { Watches } from './watches.js';

@Module({ imports: [OpsModule], providers: [Watches, Events], exports: [Watches, Events] })
export class ClusterModule {}
