import { Module } from '@nestjs/common';
import { Upstream } from '#libs/kube';
import { Answers } from '../http/answers.js';
import { ClusterModule } from '../cluster/cluster.module.js';
import { Watches } from '../cluster/watches.js';
import { GATEWAY_CONFIG, type GatewayConfig } from '../config/config.js';
import { ConsoleDoor } from '../console/console-door.js';
import { ConsoleModule } from '../console/console.module.js';
import { CredentialsModule } from '../credentials/credentials.module.js';
import { GrantsModule } from '../grants/grants.module.js';
import { GrantEnds } from '../grants/grant-ends.js';
import { GrantReader } from '../grants/grant-reader.js';
import { Usage } from '../grants/usage.js';
import { Audit } from '../ops/audit.js';
import { Metrics } from '../ops/metrics.js';
import { SignInModule } from '../sign-in/sign-in.module.js';
import { SIGNED_IN_USERS, type SignedInUsers } from '../sign-in/signed-in-users.js';
import { ConsoleRights } from '../vms/console-rights.js';
import { VmStates } from '../vms/vm-states.js';
import { VmsModule } from '../vms/vms.module.js';
import { Forwarder } from './forwarder.js';
import { GuestCredential } from '../credentials/guest-credential.js';
import { type Gate } from './pipeline.js';
import { type DoorParts, RequestDoor } from './request-door.js';
import { UpgradeDoor } from './upgrade-door.js';

const GATE = Symbol('Gate');
const DOOR_PARTS = Symbol('DoorParts');

function makeGate(
  grants: GrantReader,
  users: SignedInUsers,
  vms: VmStates,
  rights: ConsoleRights,
  watches: Watches,
  { publicUrls }: GatewayConfig,
): Gate {
  const origins = new Set(publicUrls.map((url) => url.origin));
  return { origins, grants, users, vms, rights, inTouch: () => watches.inTouch() };
}

/** /k8s: two doors, one pipeline. */
@Module({
  imports: [ClusterModule, CredentialsModule, ConsoleModule, GrantsModule, SignInModule, VmsModule],
  providers: [
    {
      provide: Forwarder,
      inject: [Upstream, Answers, Audit],
      useFactory: (upstream: Upstream, answers: Answers, audit: Audit) =>
        new Forwarder(upstream, answers, { onFault: (_req, error) => audit.fault('upstream', error) }),
    },
    {
      provide: GATE,
      inject: [GrantReader, SIGNED_IN_USERS, VmStates, ConsoleRights, Watches, GATEWAY_CONFIG],
      useFactory: makeGate,
    },
    {
      provide: DOOR_PARTS,
      inject: [GATE, Forwarder, GuestCredential, GrantEnds, Usage, Answers, Audit, Metrics, GATEWAY_CONFIG],
      useFactory: (
        gate: Gate,
        forwarder: Forwarder,
        guests: GuestCredential,
        ends: GrantEnds,
        usage: Usage,
        answers: Answers,
        audit: Audit,
        metrics: Metrics,
        { trustedHops }: GatewayConfig,
      ): DoorParts => ({ gate, forwarder, guests, ends, usage, answers, audit, metrics, trustedHops }),
    },
    { provide: RequestDoor, inject: [DOOR_PARTS], useFactory: (parts: DoorParts) => new RequestDoor(parts) },
    {
      provide: UpgradeDoor,
      inject: [DOOR_PARTS, ConsoleDoor],
      useFactory: (parts: DoorParts, consoles: ConsoleDoor) => new UpgradeDoor(parts, consoles),
    },
  ],
  exports: [RequestDoor, UpgradeDoor, Forwarder],
})
export class ProxyModule {}
