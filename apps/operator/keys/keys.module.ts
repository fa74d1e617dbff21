import { Module } from '@nestjs/common';
import { OpsModule } from '../ops/ops.module.js';
import { KeyFactory } from './key-factory.js';
import { WebhookKeys } from './webhook-keys.js';

@Module({ imports: [OpsModule], providers: [KeyFactory, WebhookKeys], exports: [KeyFactory, WebhookKeys] })
export class KeysModule {}
