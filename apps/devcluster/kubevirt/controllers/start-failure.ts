import { rfc3339 } from '#libs/kube';
import { isFinal, type RunStrategy, type VirtualMachine, type VirtualMachineInstance } from '#libs/kubevirt';

type StartFailure = NonNullable<NonNullable<VirtualMachine['status']>['startFailure']>;

const FIRST_SECONDS = 10;
const MAX_SECONDS = 300;
const RESTARTED: readonly RunStrategy[] = ['Always', 'RerunOnFailure', 'Once'];

/**
 * How often in a row a VM's instance has failed before it ran, and until when the next one waits: 10 s times the square of
 * the count, five minutes at most. Follows syncStartFailureStatus of KubeVirt's VM controller, without its random part.
 * @param now RFC 3339
 */
export function startFailure(
  vm: VirtualMachine,
  vmi: VirtualMachineInstance | undefined,
  strategy: RunStrategy,
  now: string,
): StartFailure | undefined {
  if (!RESTARTED.includes(strategy)) return undefined;
  const old = vm.status?.startFailure;
  if (vmi === undefined) return old;
  const hasRun = vmi.status?.phaseTransitionTimestamps?.some(({ phase }) => phase === 'Running');
  if (hasRun) return undefined;
  const { uid } = vmi.metadata;
  if (!isFinal(vmi) || uid === undefined || old?.lastFailedVMIUID === uid) return old;
  const count = (old?.consecutiveFailCount ?? 0) + 1;
  const seconds = Math.min(FIRST_SECONDS * count * count, MAX_SECONDS);
  return {
    consecutiveFailCount: count,
    lastFailedVMIUID: uid,
    retryAfterTimestamp: rfc3339(new Date(Date.parse(now) + seconds * 1000)),
  };
}

/** Milliseconds until the next instance may be made; 0: now. */
export function waitsFor({ retryAfterTimestamp }: StartFailure = {}, now: string): number {
  return retryAfterTimestamp === undefined ? 0 : Math.max(0, Date.parse(retryAfterTimestamp) - Date.parse(now));
}
