import { Module } from '@nestjs/common';
import { ClusterModule } from '../cluster/cluster.module.js';
import { OPERATOR_CONFIG, type OperatorConfig } from '../config/config.js';
import { OpsModule } from '../ops/ops.module.js';
import { KeyFactory } from './key-factory.js';
import { KeyUses } from './key-uses.js';
import { SEAL_KEYS, sealKeysOf } from './seal-keys.js';
import { WebhookKeys } from './webhook-keys.js';

const sealKeys = {
  provide: SEAL_KEYS,
  inject: [WebhookKeys, OPERATOR_CONFIG],
  useFactory: (keys: WebhookKeys, { webhook }: OperatorConfig) => webhook && sealKeysOf(keys),
};

@Module({
  imports: [ClusterModule, OpsModule],
  providers: [KeyFactory, KeyUses, WebhookKeys, sealKeys],
  exports: [KeyFactory, KeyUses, WebhookKeys, sealKeys],
})
export class KeysModule {}
