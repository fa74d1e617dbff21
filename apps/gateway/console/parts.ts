import { type GrantEnds } from '../grants/grant-ends.js';
import { type Usage } from '../grants/usage.js';
import { type Audit } from '../ops/audit.js';
import { type Metrics } from '../ops/metrics.js';
import { type GuestCredential } from '../credentials/guest-credential.js';
import { type ConsoleLeases } from '../sessions/console-leases.js';
import { type SessionRecords } from '../sessions/session-records.js';
import { type UserVms } from '../vms/user-vms.js';
import { type VmStates } from '../vms/vm-states.js';
import { type TunnelMaker } from './tunnel.js';

/** What consoles are made of. */
export interface ConsoleParts {
  readonly tunnels: TunnelMaker;
  readonly leases: ConsoleLeases;
  readonly records: SessionRecords;
  readonly ends: GrantEnds;
  readonly vms: VmStates;
  readonly userVms: UserVms;
  readonly guests: GuestCredential;
  readonly usage: Usage;
  readonly audit: Audit;
  readonly metrics: Metrics;
  readonly limits: { readonly maxConsoles: number; readonly namespace: string; readonly idleTimeout: number };
}
