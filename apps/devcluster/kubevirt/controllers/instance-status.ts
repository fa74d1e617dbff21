import { type InstanceStatus, type Phase, type VirtualMachineInstance, type VmCondition } from '#libs/kubevirt';
import { address } from './address.js';
import { withTimes } from './conditions.js';

const NODE = 'local';

type Wanted = Omit<VmCondition, 'lastTransitionTime' | 'lastProbeTime'>;

function ready(phase: Phase, paused: boolean): Wanted {
  if (phase === 'Running' && !paused) return { type: 'Ready', status: 'True' };
  const [reason, message] =
    phase === 'Succeeded' || phase === 'Failed'
      ? ['PodTerminating', 'virt-launcher pod is terminating']
      : ['GuestNotRunning', 'Guest VM is not reported as running'];
  return { type: 'Ready', status: 'False', reason, message };
}

/** Of an instance now. */
export interface Seen {
  phase: Phase;
  paused: boolean;
  /** What went wrong with its machine. */
  failure?: string | undefined;
}

function conditions({ phase, paused, failure: message }: Seen): Wanted[] {
  const found = [ready(phase, paused)];
  if (paused) found.push({ type: 'Paused', status: 'True', reason: 'PausedByUser', message: 'VMI was paused by user' });
  const reason = 'Synchronizing with the Domain failed.';
  if (message !== undefined) found.push({ type: 'Synchronized', status: 'False', reason, message });
  return found;
}

/** Status of an instance as it is seen; pure: the same input gives the same bytes. */
export function instanceStatus(vmi: VirtualMachineInstance, seen: Seen, now: string): InstanceStatus {
  const { phase } = seen;
  const old = vmi.status ?? {};
  const placed = phase === 'Scheduled' || phase === 'Running';
  const { ip, mac } = address(vmi.metadata.uid ?? '');
  const connected = phase === 'Running' && vmi.spec.domain.devices?.autoattachPodInterface !== false;
  const times = old.phaseTransitionTimestamps ?? [];
  return {
    ...old,
    phase,
    phaseTransitionTimestamps: times.some((entry) => entry.phase === phase)
      ? times
      : [...times, { phase, phaseTransitionTimestamp: now }],
    ...(placed ? { nodeName: NODE } : {}),
    interfaces: connected ? [{ name: 'default', ipAddress: ip, ipAddresses: [ip], mac, infoSource: 'domain' }] : [],
    guestOSInfo: {},
    machine: { type: vmi.spec.domain.machine?.type ?? 'q35' },
    conditions: withTimes(conditions(seen), old.conditions, now),
  };
}
