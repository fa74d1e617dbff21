import { Module } from '@nestjs/common';
import { ClusterModule } from '../cluster/cluster.module.js';
import { GateServerModule } from '../gateserver/gateserver.module.js';
import { KeysModule } from '../keys/keys.module.js';
import { OpsModule } from '../ops/ops.module.js';
import { Admission } from './admission.js';
import { CaBundles } from './ca-bundles.js';
import { ServerJudge } from './judge-gateserver.js';
import { TokenJudge } from './judge-gatetoken.js';
import { Mutator } from './mutator.js';
import { JUDGE } from './review.js';
import { LIMITS, REVIEW_LIMITS, ReviewHandler } from './review-handler.js';
import { ReviewLines } from './review-lines.js';
import { Reviewer } from './reviewer.js';
import { RightsJudge } from './rights-judge.js';
import { SealJudge } from './seal-judge.js';
import { Validator } from './validator.js';
import { WebhookServer } from './webhook-server.js';

@Module({
  imports: [ClusterModule, GateServerModule, KeysModule, OpsModule],
  providers: [
    Admission,
    CaBundles,
    Mutator,
    ReviewHandler,
    ReviewLines,
    Reviewer,
    SealJudge,
    ServerJudge,
    TokenJudge,
    Validator,
    WebhookServer,
    { provide: REVIEW_LIMITS, useValue: LIMITS },
    { provide: JUDGE, useClass: RightsJudge },
  ],
  exports: [Admission],
})
export class AdmissionModule {}
