import { Module } from '@nestjs/common';
import { ClusterModule } from '../cluster/cluster.module.js';
import { CredentialsModule } from '../credentials/credentials.module.js';
import { GrantsModule } from '../grants/grants.module.js';
import { HttpModule } from '../http/http.module.js';
import { OpsModule } from '../ops/ops.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { SignInModule } from '../sign-in/sign-in.module.js';
import { VmsModule } from '../vms/vms.module.js';
import { EventsController } from './events.controller.js';
import { GrantController } from './grant.controller.js';
import { Feeds } from './feed.js';
import { GateSessionsController } from './gatesessions.controller.js';
import { GateTokensController } from './gatetokens.controller.js';
import { GateTokensService } from './gatetokens.service.js';
import { NamespacesController } from './namespaces.controller.js';
import { SessionController } from './session.controller.js';
import { VmsController } from './vms.controller.js';
import { VmsService } from './vms.service.js';

/** The REST API of signed-in users: every request is made with the user's own rights. */
@Module({
  imports: [
    ClusterModule,
    CredentialsModule,
    GrantsModule,
    HttpModule,
    OpsModule,
    SessionsModule,
    SignInModule,
    VmsModule,
  ],
  controllers: [
    GrantController,
    SessionController,
    NamespacesController,
    VmsController,
    GateTokensController,
    GateSessionsController,
    EventsController,
  ],
  providers: [VmsService, Feeds, GateTokensService],
})
export class RestModule {}
