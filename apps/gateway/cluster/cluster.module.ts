import { Module } from '@nestjs/common';
import { OpsModule } from '../ops/ops.module.js';
import { Watches } from './watches.js';

/** What the gateway reads from the cluster with its own account. */
@Module({ imports: [OpsModule], providers: [Watches], exports: [Watches] })
export class ClusterModule {}
