import { Global, Module } from '@nestjs/common';
import { OwnClient, Upstream } from '#libs/kube';
import { type Logger, LOGGER } from '#libs/ops';
import { GATEWAY_CONFIG, type GatewayConfig } from '../config.js';
import { GuestCredential } from '../proxy/guest-credential.js';
import { ConsoleRights } from '../vms/console-rights.js';
import { UserVms } from '../vms/user-vms.js';
import { VmStates } from '../vms/vm-states.js';
import { Watches } from './watches.js';

/** What the gateway knows of the cluster by its own account, and the account of guests. */
@Global()
@Module({
  providers: [
    {
      provide: Watches,
      inject: [OwnClient, GATEWAY_CONFIG, LOGGER],
      useFactory: (client: OwnClient, { namespace, jwksConfigMap }: GatewayConfig, log: Logger) =>
        new Watches(client, {
          namespace,
          jwksConfigMap,
          onError: (what, err) => log.warn({ what, err }, 'watch failed'),
        }),
    },
    {
      provide: GuestCredential,
      inject: [OwnClient, GATEWAY_CONFIG, LOGGER],
      useFactory: (client: OwnClient, { namespace, guestServiceAccount }: GatewayConfig, log: Logger) =>
        new GuestCredential(client, {
          namespace,
          account: guestServiceAccount,
          onError: (err) => log.error({ err }, 'no token for the guest account'),
        }),
    },
    {
      provide: VmStates,
      inject: [Watches, GATEWAY_CONFIG],
      useFactory: ({ vms, vmis }: Watches, { namespace }: GatewayConfig) => new VmStates(vms, vmis, namespace),
    },
    { provide: UserVms, inject: [Upstream], useFactory: (upstream: Upstream) => new UserVms(upstream) },
    { provide: ConsoleRights, inject: [Upstream], useFactory: (upstream: Upstream) => new ConsoleRights(upstream) },
  ],
  exports: [Watches, GuestCredential, VmStates, UserVms, ConsoleRights],
})
export class ClusterModule {}
