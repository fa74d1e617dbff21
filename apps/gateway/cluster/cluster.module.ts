import { Module } from '@nestjs/common';
import { OpsModule } from '../ops/ops.module.js';
import { TokenEvents } from './token-events.js';
import { Watches } from './watches.js';

/** What the gateway reads from the cluster with its own account, and the Events that it writes. */
@Module({ imports: [OpsModule], providers: [TokenEvents, Watches], exports: [Watches] })
export class ClusterModule {}
