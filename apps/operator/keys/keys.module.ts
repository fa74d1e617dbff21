import { Module } from '@nestjs/common';
import { OPERATOR_CONFIG, type OperatorConfig } from '../config/config.js';
import { OpsModule } from '../ops/ops.module.js';
import { KeyFactory } from './key-factory.js';
import { SEAL_KEYS, sealKeysOf } from './seal-keys.js';
import { WebhookKeys } from './webhook-keys.js';

const sealKeys = {
  provide: SEAL_KEYS,
  inject: [WebhookKeys, OPERATOR_CONFIG],
  useFactory: (keys: WebhookKeys, { webhook }: OperatorConfig) => webhook && sealKeysOf(keys),
};

@Module({
  imports: [OpsModule],
  providers: [KeyFactory, WebhookKeys, sealKeys],
  exports: [KeyFactory, WebhookKeys, sealKeys],
})
export class KeysModule {}
