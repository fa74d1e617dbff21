import { type DynamicModule, Module } from '@nestjs/common';
import { AdmissionModule } from '../admission/admission.module.js';
import { ApplyModule } from '../apply/apply.module.js';
import { ClusterModule } from '../cluster/cluster.module.js';
import { GateServerModule } from '../gateserver/gateserver.module.js';
import { GateSessionModule } from '../gatesession/gatesession.module.js';
import { GateTokenModule } from '../gatetoken/gatetoken.module.js';
import { KeysModule } from '../keys/keys.module.js';
import { OpsModule } from '../ops/ops.module.js';
import { Leadership, ON_LOST } from './leadership.js';
import { Manager } from './manager.js';
import { ServerEvents } from './server-events.js';
import { WorkQueues } from './work-queues.js';

@Module({
  imports: [
    AdmissionModule,
    ApplyModule,
    ClusterModule,
    GateServerModule,
    GateTokenModule,
    GateSessionModule,
    KeysModule,
    OpsModule,
  ],
})
export class ManagerModule {
  /** @param onLost called when another replica leads */
  static forRoot(onLost: () => void): DynamicModule {
    return {
      module: ManagerModule,
      providers: [Leadership, Manager, ServerEvents, WorkQueues, { provide: ON_LOST, useValue: onLost }],
    };
  }
}
