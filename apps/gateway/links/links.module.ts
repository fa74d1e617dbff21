import { Module } from '@nestjs/common';
import { ClusterModule } from '../cluster/cluster.module.js';
import { CredentialsModule } from '../credentials/credentials.module.js';
import { GrantsModule } from '../grants/grants.module.js';
import { HttpModule } from '../http/http.module.js';
import { IssuersModule } from '../issuers/issuers.module.js';
import { OpsModule } from '../ops/ops.module.js';
import { VmsModule } from '../vms/vms.module.js';
import { CookieProbe } from './cookie-probe.js';
import { CookiesController } from './cookies.controller.js';
import { HeldLinksController } from './held-links.controller.js';
import { JwtLinksController } from './jwt-links.controller.js';
import { LinkKeeper } from './link-keeper.js';
import { LinkOpener } from './link-opener.js';
import { LinksController } from './links.controller.js';
import { RequestController } from './request.controller.js';
import { Visitors } from './visitors.js';

/** The links that guests open, and the endpoint of the original system that issues them. */
@Module({
  imports: [ClusterModule, CredentialsModule, GrantsModule, HttpModule, IssuersModule, OpsModule, VmsModule],
  controllers: [LinksController, HeldLinksController, CookiesController, JwtLinksController, RequestController],
  providers: [LinkOpener, LinkKeeper, CookieProbe, Visitors],
})
export class LinksModule {}
