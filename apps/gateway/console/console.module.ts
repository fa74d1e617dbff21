import { Module } from '@nestjs/common';
import { ClusterModule } from '../cluster/cluster.module.js';
import { CredentialsModule } from '../credentials/credentials.module.js';
import { GrantsModule } from '../grants/grants.module.js';
import { OpsModule } from '../ops/ops.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { VmsModule } from '../vms/vms.module.js';
import { ConsoleDoor } from './console-door.js';
import { ConsoleHolds } from './console-holds.js';
import { ConsoleOpener } from './console-opener.js';
import { ConsoleRecorder } from './console-recorder.js';
import { Fences } from './fences.js';
import { GuestConnector } from './guest-connector.js';
import { LiveConsoles } from './live-consoles.js';
import { Ticker } from './ticker.js';
import { WsTunnels } from './ws-tunnel.js';

/** Consoles: how one is opened, kept and ended. */
@Module({
  imports: [ClusterModule, CredentialsModule, GrantsModule, OpsModule, SessionsModule, VmsModule],
  providers: [
    ConsoleDoor,
    ConsoleHolds,
    ConsoleOpener,
    ConsoleRecorder,
    Fences,
    GuestConnector,
    LiveConsoles,
    Ticker,
    WsTunnels,
  ],
  exports: [ConsoleDoor, Ticker],
})
export class ConsoleModule {}
