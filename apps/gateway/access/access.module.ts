import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { GrantsModule } from '../grants/grants.module.js';
import { HttpModule } from '../http/http.module.js';
import { SignInModule } from '../sign-in/sign-in.module.js';
import { AccessGuard } from './access.guard.js';
import { UserNames } from './user-names.js';

/** Who may call what, and who did: a credential for every route that does not say otherwise. */
@Module({
  imports: [GrantsModule, HttpModule, SignInModule],
  providers: [UserNames, { provide: APP_GUARD, useClass: AccessGuard }],
})
export class AccessModule {}
