import { Module } from '@nestjs/common';
import { Upstream } from '#libs/kube';
import { ClusterModule } from '../cluster/cluster.module.js';
import { Watches } from '../cluster/watches.js';
import { GATEWAY_CONFIG, type GatewayConfig } from '../config/config.js';
import { CredentialsModule } from '../credentials/credentials.module.js';
import { GrantsModule } from '../grants/grants.module.js';
import { GrantEnds } from '../grants/grant-ends.js';
import { Usage } from '../grants/usage.js';
import { Audit } from '../ops/audit.js';
import { Metrics } from '../ops/metrics.js';
import { GuestCredential } from '../credentials/guest-credential.js';
import { ConsoleLeases } from '../sessions/console-leases.js';
import { SessionRecords } from '../sessions/session-records.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { UserVms } from '../vms/user-vms.js';
import { VmStates } from '../vms/vm-states.js';
import { VmsModule } from '../vms/vms.module.js';
import { ConsoleDoor } from './console-door.js';
import { Ticker } from './ticker.js';
import { WsTunnels } from './ws-tunnel.js';

/** Consoles: how one is opened, kept and ended. */
@Module({
  imports: [ClusterModule, CredentialsModule, GrantsModule, SessionsModule, VmsModule],
  providers: [
    { provide: WsTunnels, inject: [Upstream], useFactory: (upstream: Upstream) => new WsTunnels(upstream) },
    {
      provide: ConsoleDoor,
      inject: [
        WsTunnels,
        ConsoleLeases,
        SessionRecords,
        GrantEnds,
        VmStates,
        UserVms,
        GuestCredential,
        Usage,
        Audit,
        Metrics,
        GATEWAY_CONFIG,
      ],
      useFactory: (
        tunnels: WsTunnels,
        leases: ConsoleLeases,
        records: SessionRecords,
        ends: GrantEnds,
        vms: VmStates,
        userVms: UserVms,
        guests: GuestCredential,
        usage: Usage,
        audit: Audit,
        metrics: Metrics,
        limits: GatewayConfig,
      ) => new ConsoleDoor({ tunnels, leases, records, ends, vms, userVms, guests, usage, audit, metrics, limits }),
    },
    {
      provide: Ticker,
      inject: [ConsoleDoor, Watches, GATEWAY_CONFIG],
      useFactory: (door: ConsoleDoor, watches: Watches, { idleTimeout }: GatewayConfig) =>
        new Ticker(door, { idleTimeout, silence: () => watches.silence() }),
    },
  ],
  exports: [ConsoleDoor, Ticker],
})
export class ConsoleModule {}
