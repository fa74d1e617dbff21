import { Module } from '@nestjs/common';
import { Watches } from './watches.js';

/** What the gateway knows of the cluster by its own account. */
@Module({ providers: [Watches], exports: [Watches] })
export class ClusterModule {}
