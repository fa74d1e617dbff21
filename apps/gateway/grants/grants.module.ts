import { Module } from '@nestjs/common';
import { OwnClient } from '#libs/kube';
import { type Logger, LOGGER } from '#libs/ops';
import { ClusterModule } from '../cluster/cluster.module.js';
import { Watches } from '../cluster/watches.js';
import { GATEWAY_CONFIG, type GatewayConfig } from '../config/config.js';
import { VmStates } from '../vms/vm-states.js';
import { VmsModule } from '../vms/vms.module.js';
import { GrantEnds } from './grant-ends.js';
import { GrantStore } from './grant-store.js';
import { Handles } from './handle.js';
import { GrantReader } from './grant-reader.js';
import { Redeemer } from './redeem.js';
import { SigningKeys } from './signing-keys.js';
import { Usage } from './usage.js';
import { Verifier } from './verifier.js';

/** The active grants: which there are, what a request holds of them, when they end. */
@Module({
  imports: [ClusterModule, VmsModule],
  providers: [
    {
      provide: SigningKeys,
      inject: [Watches, GATEWAY_CONFIG, LOGGER],
      useFactory: ({ keys }: Watches, { jwksConfigMap, acceptUnregistered }: GatewayConfig, log: Logger) =>
        new SigningKeys(keys, jwksConfigMap, { acceptUnregistered }, (err) =>
          log.error({ err, configMap: jwksConfigMap }, 'public keys cannot be read'),
        ),
    },
    { provide: Verifier, inject: [SigningKeys], useFactory: (keys: SigningKeys) => new Verifier(keys) },
    {
      provide: Handles,
      inject: [GATEWAY_CONFIG],
      useFactory: ({ sessionKey }: GatewayConfig) => new Handles(sessionKey.derive('grant-cookie')),
    },
    {
      provide: GrantStore,
      inject: [Watches, OwnClient, GATEWAY_CONFIG],
      useFactory: ({ tokens }: Watches, client: OwnClient, { namespace, gateServer }: GatewayConfig) =>
        new GrantStore(tokens, client, { namespace, gateServer }),
    },
    {
      provide: GrantReader,
      inject: [GrantStore, Verifier, Handles, GATEWAY_CONFIG],
      useFactory: (store: GrantStore, verifier: Verifier, handles: Handles, config: GatewayConfig) =>
        new GrantReader(store, verifier, handles, {
          acceptUnregistered: config.acceptUnregistered,
          namespace: config.namespace,
          now: Date.now,
        }),
    },
    {
      provide: Redeemer,
      inject: [GrantStore, OwnClient],
      useFactory: (store: GrantStore, client: OwnClient) => new Redeemer(store, client),
    },
    {
      provide: GrantEnds,
      inject: [Watches, VmStates],
      useFactory: ({ tokens }: Watches, vms: VmStates) => new GrantEnds(tokens, vms),
    },
    {
      provide: Usage,
      inject: [OwnClient, GATEWAY_CONFIG, LOGGER],
      useFactory: (client: OwnClient, { namespace }: GatewayConfig, log: Logger) =>
        new Usage(client, namespace, (err) => log.warn({ err }, 'the use of a token was not noted')),
    },
  ],
  exports: [SigningKeys, Verifier, Handles, GrantStore, GrantReader, Redeemer, GrantEnds, Usage],
})
export class GrantsModule {}
