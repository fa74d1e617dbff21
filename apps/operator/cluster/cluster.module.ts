import { Module } from '@nestjs/common';
import { OpsModule } from '../ops/ops.module.js';
import { Events } from './events.js';
import { SecretReader } from './secret-reader.js';
import { Watches } from './watches.js';

const PROVIDERS = [Watches, SecretReader, Events];

@Module({ imports: [OpsModule], providers: PROVIDERS, exports: PROVIDERS })
export class ClusterModule {}
