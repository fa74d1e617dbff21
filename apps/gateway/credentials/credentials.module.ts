import { Module } from '@nestjs/common';
import { GrantsModule } from '../grants/grants.module.js';
import { IssuersModule } from '../issuers/issuers.module.js';
import { OpsModule } from '../ops/ops.module.js';
import { SignInModule } from '../sign-in/sign-in.module.js';
import { VmsModule } from '../vms/vms.module.js';
import { CredentialChooser } from './credential-chooser.js';
import { GuestCredential } from './guest-credential.js';
import { Identities } from './identities.js';
import { Issuance } from './issuance.js';

/** Who asks: a grant or a signed-in user, under which token that goes upstream, and when it ends. */
@Module({
  imports: [GrantsModule, IssuersModule, OpsModule, SignInModule, VmsModule],
  providers: [CredentialChooser, GuestCredential, Identities, Issuance],
  exports: [CredentialChooser, GuestCredential, Identities, Issuance],
})
export class CredentialsModule {}
