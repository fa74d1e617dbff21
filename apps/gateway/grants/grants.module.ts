import { Module } from '@nestjs/common';
import { ClusterModule } from '../cluster/cluster.module.js';
import { OpsModule } from '../ops/ops.module.js';
import { VmsModule } from '../vms/vms.module.js';
import { GrantEnds } from './grant-ends.js';
import { GrantReader } from './grant-reader.js';
import { GrantStore } from './grant-store.js';
import { Handles } from './handle.js';
import { Redeemer } from './redeem.js';
import { SigningKeys } from './signing-keys.js';
import { Usage } from './usage.js';
import { Verifier } from './verifier.js';

/** The active grants: which there are, what a request holds of them, when they end. */
@Module({
  imports: [ClusterModule, OpsModule, VmsModule],
  providers: [GrantEnds, GrantReader, GrantStore, Handles, Redeemer, SigningKeys, Usage, Verifier],
  exports: [GrantEnds, GrantReader, GrantStore, Handles, Redeemer, SigningKeys, Usage],
})
export class GrantsModule {}
