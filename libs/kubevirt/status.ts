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

type Test = (vm: VirtualMachine, vmi: VirtualMachineInstance | undefined) => boolean;

/** A condition of either object with this reason: volumes and images fail through a False condition. */
const reason =
  (...names: string[]): Test =>
  (vm, vmi) =>
    [...(vm.status?.conditions ?? []), ...(vmi?.status?.conditions ?? [])].some(
      (condition) => condition.status !== 'Unknown' && names.includes(condition.reason ?? ''),
    );

const before =
  (test: Test): Test =>
  (vm, vmi) =>
    (vmi === undefined || BEFORE_RUNNING.has(vmi.status?.phase ?? '')) && test(vm, vmi);

const TESTS: Record<PrintableStatus, Test> = {
  Terminating: (vm) => vm.metadata.deletionTimestamp !== undefined,
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
    (vmi === undefined || isFinal(vmi)) &&
    (vm.status?.startFailure?.consecutiveFailCount ?? 0) > 0 &&
    ['Always', 'RerunOnFailure', 'Once'].includes(runStrategyOf(vm)),
  Stopped: (_, vmi) => vmi === undefined || isFinal(vmi),
  WaitingForReceiver: (_, vmi) => vmi?.status?.phase === 'WaitingForSync',
  Unknown: () => true,
};

/** The one word that `kubectl get vm` shows: the first status of PRINTABLE_STATUSES that holds. */
export function computePrintableStatus(vm: VirtualMachine, vmi: VirtualMachineInstance | undefined): PrintableStatus {
  return PRINTABLE_STATUSES.find((status) => TESTS[status](vm, vmi)) ?? 'Unknown';
}
