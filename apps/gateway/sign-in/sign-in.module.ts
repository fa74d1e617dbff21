import { Module } from '@nestjs/common';
import { HttpModule } from '../http/http.module.js';
import { OpsModule } from '../ops/ops.module.js';
import { CookieUsers } from './cookie-users.js';
import { SealedCookie } from './sealed-cookie.js';
import { SIGNED_IN_USERS } from './signed-in-users.js';
import { SignInController } from './sign-in.controller.js';

@Module({
  imports: [HttpModule, OpsModule],
  controllers: [SignInController],
  providers: [SealedCookie, { provide: SIGNED_IN_USERS, useClass: CookieUsers }],
  exports: [SIGNED_IN_USERS],
})
export class SignInModule {}
