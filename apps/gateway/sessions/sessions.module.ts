import { Module } from '@nestjs/common';
import { OwnClient } from '#libs/kube';
import { type Logger, LOGGER } from '#libs/ops';
import { ClusterModule } from '../cluster/cluster.module.js';
import { Watches } from '../cluster/watches.js';
import { GATEWAY_CONFIG, type GatewayConfig } from '../config/config.js';
import { GrantsModule } from '../grants/grants.module.js';
import { Usage } from '../grants/usage.js';
import { ConsoleLeases } from './console-leases.js';
import { Orphans } from './orphans.js';
import { ReplicaLease } from './replica-lease.js';
import { SessionRecords } from './session-records.js';

/** What replicas agree on about consoles, and the record of each. */
@Module({
  imports: [ClusterModule, GrantsModule],
  providers: [
    {
      provide: ReplicaLease,
      inject: [OwnClient, GATEWAY_CONFIG, LOGGER],
      useFactory: (client: OwnClient, { namespace, podName }: GatewayConfig, log: Logger) =>
        new ReplicaLease(client, {
          namespace,
          podName,
          onError: (err) => log.warn({ err }, 'the lease of this replica was not renewed'),
        }),
    },
    {
      provide: ConsoleLeases,
      inject: [OwnClient, Watches, ReplicaLease, GATEWAY_CONFIG],
      useFactory: (client: OwnClient, { leases }: Watches, replicas: ReplicaLease, config: GatewayConfig) =>
        new ConsoleLeases(client, leases, replicas, { namespace: config.namespace, podName: config.podName }),
    },
    {
      provide: SessionRecords,
      inject: [OwnClient, Watches, ReplicaLease, GATEWAY_CONFIG],
      useFactory: (client: OwnClient, { sessions }: Watches, replicas: ReplicaLease, config: GatewayConfig) =>
        new SessionRecords(client, sessions, replicas, { namespace: config.namespace, podName: config.podName }),
    },
    {
      provide: Orphans,
      inject: [SessionRecords, ConsoleLeases, ReplicaLease, Usage, LOGGER],
      useFactory: (records: SessionRecords, leases: ConsoleLeases, replicas: ReplicaLease, usage: Usage, log: Logger) =>
        new Orphans(records, leases, replicas, usage, (err) =>
          log.warn({ err }, 'what dead replicas left was not cleaned up'),
        ),
    },
  ],
  exports: [ReplicaLease, ConsoleLeases, SessionRecords, Orphans],
})
export class SessionsModule {}
