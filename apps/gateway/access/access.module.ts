import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { GrantsModule } from '../grants/grants.module.js';
import { SignInModule } from '../sign-in/sign-in.module.js';
import { AccessGuard } from './access.guard.js';

/** Who may call what: a credential for every route that does not say otherwise. */
@Module({
  imports: [GrantsModule, SignInModule],
  providers: [{ provide: APP_GUARD, useClass: AccessGuard }],
})
export class AccessModule {}
