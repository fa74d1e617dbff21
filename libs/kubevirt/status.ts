import {
  type Phase,
  PRINTABLE_STATUSES,
  type PrintableStatus,
  type RunStrategy,
  type VirtualMachine,
  type VirtualMachineInstance,
  type VmCondition,
} from './types.js';

/** A machine in one of these phases has ended; it starts again only as a new instance. */
export function isFinal(vmi: VirtualMachineInstance): boolean {
  return vmi.status?.phase === 'Succeeded' || vmi.status?.phase === 'Failed';
}

export function isRunning(vmi: VirtualMachineInstance): boolean {
  return vmi.status?.phase === 'Running';
}

export function findCondition(
  object: VirtualMachine | VirtualMachineInstance | undefined,
  type: string,
): VmCondition | undefined {
  return object?.status?.conditions?.find((condition) => condition.type === type);
}

export function isPaused(object: VirtualMachine | VirtualMachineInstance | undefined): boolean {
  return findCondition(object, 'Paused')?.status === 'True';
}

/** spec.running as a run strategy; a VM that names neither is halted. */
export function runStrategyOf(vm: VirtualMachine): RunStrategy {
  if (vm.spec.running !== undefined) return vm.spec.running ? 'Always' : 'Halted';
  return vm.spec.runStrategy ?? 'Halted';
}

/** Phases before a machine runs. */
const BEFORE_RUNNING: ReadonlySet<Phase> = new Set(['', 'Pending', 'Scheduling', 'Scheduled']);

type Test = (vm: VirtualMachine | undefined, vmi: VirtualMachineInstance | undefined) => boolean;

/** A condition of either object with this reason: volumes and images fail through a False condition. */
const reason =
  (...names: string[]): Test =>
  (vm, vmi) =>
    [...(vm?.status?.conditions ?? []), ...(vmi?.status?.conditions ?? [])].some(
      (condition) => condition.status !== 'Unknown' && names.includes(condition.reason ?? ''),
    );

const before =
  (test: Test): Test =>
  (vm, vmi) =>
    (vmi === undefined || BEFORE_RUNNING.has(vmi.status?.phase ?? '')) && test(vm, vmi);

const TESTS: Record<PrintableStatus, Test> = {
  Terminating: (vm) => vm?.metadata.deletionTimestamp !== undefined,
  Stopping: (_, vmi) => vmi !== undefined && !isFinal(vmi) && vmi.metadata.deletionTimestamp !== undefined,
  Migrating: (_, vmi) => {
    const migration = vmi?.status?.migrationState;
    return migration !== undefined && migration.completed !== true && migration.failed !== true;
  },
  Paused: (_, vmi) => vmi !== undefined && isRunning(vmi) && isPaused(vmi),
  Running: (_, vmi) => vmi !== undefined && isRunning(vmi),
  ErrorPvcNotFound: before(reason('FailedPvcNotFound')),
  DataVolumeError: before(reason('DataVolumeError')),
  ErrorUnschedulable: before(reason('Unschedulable')),
  Provisioning: before(reason('Provisioning', 'DataVolumesAreNotReady', 'NotAllDVsReady')),
  WaitingForVolumeBinding: before(reason('PVCNotReady', 'WaitingForVolumeBinding')),
  ErrImagePull: before(reason('ErrImagePull')),
  ImagePullBackOff: before(reason('ImagePullBackOff')),
  Starting: (_, vmi) => vmi !== undefined && BEFORE_RUNNING.has(vmi.status?.phase ?? ''),
  CrashLoopBackOff: (vm, vmi) =>
    vm !== undefined &&
    (vmi === undefined || isFinal(vmi)) &&
    (vm.status?.startFailure?.consecutiveFailCount ?? 0) > 0 &&
    ['Always', 'RerunOnFailure', 'Once'].includes(runStrategyOf(vm)),
  Stopped: (_, vmi) => vmi === undefined || isFinal(vmi),
  WaitingForReceiver: (_, vmi) => vmi?.status?.phase === 'WaitingForSync',
  Unknown: () => true,
};

/** The one word that `kubectl get vm` shows: the first status of PRINTABLE_STATUSES that holds. */
export function computePrintableStatus(
  vm: VirtualMachine | undefined,
  vmi: VirtualMachineInstance | undefined,
): PrintableStatus {
  return PRINTABLE_STATUSES.find((status) => TESTS[status](vm, vmi)) ?? 'Unknown';
}

/** No machine runs yet: its instance is before Running, or there is none so far. */
const STARTING: ReadonlySet<string> = new Set<PrintableStatus>([
  'ErrorPvcNotFound',
  'DataVolumeError',
  'ErrorUnschedulable',
  'Provisioning',
  'WaitingForVolumeBinding',
  'ErrImagePull',
  'ImagePullBackOff',
  'Starting',
  'WaitingForReceiver',
]);
/** No machine runs, and none is being started. */
const ENDED: ReadonlySet<string> = new Set<PrintableStatus>(['CrashLoopBackOff', 'Stopped']);

/**
 * The status of a VM now. KubeVirt writes printableStatus a little after the instance has changed, so where the two
 * contradict each other the instance's phase and deletionTimestamp decide. Why a machine does not start is KubeVirt's
 * to say: that depends on volumes and images.
 * @param vm undefined for an instance without one
 */
export function currentStatus(
  vm: VirtualMachine | undefined,
  vmi: VirtualMachineInstance | undefined,
): PrintableStatus {
  const told = vm?.status?.printableStatus;
  const seen = computePrintableStatus(vm, vmi);
  if (told === undefined) return seen;
  if (STARTING.has(told)) return STARTING.has(seen) || ENDED.has(seen) ? told : seen;
  if (ENDED.has(told)) return ENDED.has(seen) ? told : seen;
  // A status of a KubeVirt newer than this list is not contradicted.
  return PRINTABLE_STATUSES.includes(told) ? seen : told;
}

/** What a status means for a person at a console. `failing`: it does not run, and why is in the status itself. */
export type StatusGroup = 'running' | 'paused' | 'starting' | 'stopping' | 'stopped' | 'failing';

const GROUPS: Readonly<Record<PrintableStatus, StatusGroup>> = {
  Terminating: 'stopping',
  Stopping: 'stopping',
  Migrating: 'running',
  Paused: 'paused',
  Running: 'running',
  ErrorPvcNotFound: 'failing',
  DataVolumeError: 'failing',
  ErrorUnschedulable: 'failing',
  Provisioning: 'starting',
  WaitingForVolumeBinding: 'starting',
  ErrImagePull: 'failing',
  ImagePullBackOff: 'failing',
  Starting: 'starting',
  CrashLoopBackOff: 'failing',
  Stopped: 'stopped',
  WaitingForReceiver: 'starting',
  Unknown: 'failing',
};
const GROUP_OF = new Map<string, StatusGroup>(Object.entries(GROUPS));

/** @returns `failing` for a status that is not in PRINTABLE_STATUSES, too */
export function statusGroup(status: string): StatusGroup {
  return GROUP_OF.get(status) ?? 'failing';
}
