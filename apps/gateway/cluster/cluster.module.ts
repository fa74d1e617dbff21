import { Module } from '@nestjs/common';
import { Watches } from './watches.js';

/** What the gateway reads from the cluster with its own account. */
@Module({ providers: [Watches], exports: [Watches] })
export class ClusterModule {}
