import { Module } from '@nestjs/common';
import { GATEWAY_CONFIG, type GatewayConfig } from '../config/config.js';
import { CookieUsers } from './cookie-users.js';
import { SealedCookie } from './sealed-cookie.js';
import { SIGNED_IN_USERS } from './signed-in-users.js';
import { SignInController } from './sign-in.controller.js';

@Module({
  controllers: [SignInController],
  providers: [
    {
      provide: SealedCookie,
      inject: [GATEWAY_CONFIG],
      useFactory: (config: GatewayConfig) => new SealedCookie(config.sessionKey),
    },
    {
      provide: SIGNED_IN_USERS,
      inject: [SealedCookie],
      useFactory: (cookie: SealedCookie) => new CookieUsers(cookie, Date.now),
    },
  ],
  exports: [SIGNED_IN_USERS],
})
export class SignInModule {}
