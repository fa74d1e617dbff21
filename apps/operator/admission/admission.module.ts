import { Module } from '@nestjs/common';
import { KeysModule } from '../keys/keys.module.js';
import { OpsModule } from '../ops/ops.module.js';
import { Admission } from './admission.js';
import { CaBundles } from './ca-bundles.js';
import { Mutator } from './mutator.js';
import { JUDGE } from './review.js';
import { SealJudge } from './seal-judge.js';
import { Validator } from './validator.js';
import { WebhookServer } from './webhook-server.js';

@Module({
  imports: [KeysModule, OpsModule],
  providers: [Admission, CaBundles, Mutator, Validator, WebhookServer, { provide: JUDGE, useClass: SealJudge }],
  exports: [Admission],
})
export class AdmissionModule {}
