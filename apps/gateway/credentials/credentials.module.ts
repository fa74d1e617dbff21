import { Module } from '@nestjs/common';
import { OwnClient } from '#libs/kube';
import { type Logger, LOGGER } from '#libs/ops';
import { GATEWAY_CONFIG, type GatewayConfig } from '../config/config.js';
import { Readiness } from '../ops/readiness.js';
import { GuestCredential } from './guest-credential.js';

/** Who asks: a grant or a signed-in user, under which token that goes upstream, and when it ends. */
@Module({
  providers: [
    {
      provide: GuestCredential,
      inject: [OwnClient, GATEWAY_CONFIG, LOGGER, Readiness],
      useFactory: (client: OwnClient, config: GatewayConfig, log: Logger, readiness: Readiness) => {
        const { namespace, guestServiceAccount: account } = config;
        const onError = (err: unknown): void => log.error({ err }, 'no token for the guest account');
        const guests = new GuestCredential(client, { namespace, account, onError });
        readiness.require(() => (guests.ready ? [] : ['no token for the guest account']));
        return guests;
      },
    },
  ],
  exports: [GuestCredential],
})
export class CredentialsModule {}
