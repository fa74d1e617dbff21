import { type DynamicModule, Module } from '@nestjs/common';
import { ClusterModule } from '../cluster/cluster.module.js';
import { GateServerModule } from '../gateserver/gateserver.module.js';
import { GateSessionModule } from '../gatesession/gatesession.module.js';
import { GateTokenModule } from '../gatetoken/gatetoken.module.js';
import { KeysModule } from '../keys/keys.module.js';
import { OpsModule } from '../ops/ops.module.js';
import { Leadership, ON_LOST } from './leadership.js';
import { Manager } from './manager.js';
import { WorkQueues } from './work-queues.js';

@Module({ imports: [ClusterModule, GateServerModule, GateTokenModule, GateSessionModule, KeysModule, OpsModule] })
export class ManagerModule {
  /** @param onLost called when another replica leads */
  static forRoot(onLost: () => void): DynamicModule {
    return {
      module: ManagerModule,
      providers: [Leadership, Manager, WorkQueues, { provide: ON_LOST, useValue: onLost }],
    };
  }
}
