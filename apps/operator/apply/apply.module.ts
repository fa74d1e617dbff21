import { Module } from '@nestjs/common';
import { ClusterModule } from '../cluster/cluster.module.js';
import { Applier } from './applier.js';
import { Reporter } from './reporter.js';

@Module({ imports: [ClusterModule], providers: [Applier, Reporter], exports: [Applier, Reporter] })
export class ApplyModule {}
