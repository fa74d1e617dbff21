import { Module } from '@nestjs/common';
import { ClusterModule } from '../cluster/cluster.module.js';
import { ConsoleModule } from '../console/console.module.js';
import { CredentialsModule } from '../credentials/credentials.module.js';
import { HttpModule } from '../http/http.module.js';
import { IssuersModule } from '../issuers/issuers.module.js';
import { OpsModule } from '../ops/ops.module.js';
import { VmsModule } from '../vms/vms.module.js';
import { Forwarder } from './forwarder.js';
import { Pipeline } from './pipeline.js';
import { PlainUpgrades } from './plain-upgrades.js';
import { RequestDoor } from './request-door.js';
import { UpgradeDoor } from './upgrade-door.js';

/** /k8s: two doors, one pipeline. */
@Module({
  imports: [ClusterModule, ConsoleModule, CredentialsModule, HttpModule, IssuersModule, OpsModule, VmsModule],
  providers: [Forwarder, Pipeline, PlainUpgrades, RequestDoor, UpgradeDoor],
  exports: [Forwarder, RequestDoor, UpgradeDoor],
})
export class ProxyModule {}
