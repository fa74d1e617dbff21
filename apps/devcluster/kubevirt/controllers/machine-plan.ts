import {
  computePrintableStatus,
  findCondition,
  isFinal,
  isPaused,
  type RunStrategy,
  runStrategyOf,
  type StateChangeRequest,
  type VirtualMachine,
  type VirtualMachineInstance,
  type VirtualMachineStatus,
} from '#libs/kubevirt';
import { withTimes } from './conditions.js';
import { startFailure, waitsFor } from './start-failure.js';

export const FINALIZER = 'kubevirt.io/virtualMachineControllerFinalize';

/** What is to be done with a VM now; the status belongs to what is seen now, before it is done. */
export interface Plan {
  instance: 'create' | 'delete' | 'keep';
  /** The new instance starts paused. */
  paused: boolean;
  /** A halted VM was asked to start: its spec is to say that it runs. */
  setRunning: boolean;
  finalizer: 'add' | 'remove' | 'keep';
  /** Milliseconds after which to look again: the next instance has to wait that long. */
  wait?: number;
  status: VirtualMachineStatus;
}

/** @param vmi the instance with this VM's name, whether the VM owns it or not */
export function planMachine(vm: VirtualMachine, vmi: VirtualMachineInstance | undefined, now: string): Plan {
  const own = vmi !== undefined && owns(vm, vmi) ? vmi : undefined;
  if (vm.metadata.deletionTimestamp !== undefined) {
    return {
      instance: own !== undefined && !leaving(own) ? 'delete' : 'keep',
      paused: false,
      setRunning: false,
      finalizer: own === undefined ? 'remove' : 'keep',
      status: machineStatus(vm, own, vm.status?.stateChangeRequests ?? [], now),
    };
  }
  const decided = decisionOn(vm, own);
  const wait = decided.action === 'create' ? waitsFor(vm.status?.startFailure, now) : 0;
  const {
    action,
    requests,
    paused = false,
  } = wait > 0 ? { action: 'keep' as const, requests: vm.status?.stateChangeRequests ?? [] } : decided;
  return {
    instance: action,
    paused,
    ...(wait > 0 ? { wait } : {}),
    setRunning: action === 'create' && runStrategyOf(vm) === 'Halted',
    finalizer: vm.metadata.finalizers?.includes(FINALIZER) ? 'keep' : 'add',
    status: machineStatus(vm, own, requests, now),
  };
}

function owns(vm: VirtualMachine, vmi: VirtualMachineInstance): boolean {
  return vmi.metadata.ownerReferences?.some(({ uid }) => uid === vm.metadata.uid) ?? false;
}

const leaving = (vmi: VirtualMachineInstance): boolean => vmi.metadata.deletionTimestamp !== undefined;

interface Decision {
  action: Plan['instance'];
  /** Those that are left to do. */
  requests: StateChangeRequest[];
  paused?: boolean;
}

/** Requests of start, stop and restart come first, then the run strategy. */
function decisionOn(vm: VirtualMachine, vmi: VirtualMachineInstance | undefined): Decision {
  // A request to stop is done with when the instance that it means is gone.
  const requests = (vm.status?.stateChangeRequests ?? []).filter(
    ({ action, uid }) => action !== 'Stop' || (vmi !== undefined && uid === vmi.metadata.uid),
  );
  const [next, ...rest] = requests;
  if (next?.action === 'Stop' && vmi !== undefined) {
    return { action: leaving(vmi) ? 'keep' : 'delete', requests };
  }
  if (next?.action === 'Start') {
    if (vmi === undefined) return { action: 'create', requests: rest, paused: next.data?.['paused'] === 'true' };
    return { action: 'keep', requests: leaving(vmi) ? requests : rest };
  }
  return byStrategy(runStrategyOf(vm), vm, vmi);
}

function byStrategy(strategy: RunStrategy, vm: VirtualMachine, vmi: VirtualMachineInstance | undefined): Decision {
  const keep: Decision = { action: 'keep', requests: [] };
  if (vmi === undefined) {
    if (strategy === 'Always') return { action: 'create', requests: [] };
    // These two start once, when they are first seen; after that only on request.
    const first = vm.status?.runStrategy !== strategy;
    return first && (strategy === 'RerunOnFailure' || strategy === 'Once') ? { action: 'create', requests: [] } : keep;
  }
  if (leaving(vmi)) return keep;
  if (strategy === 'Halted') return { action: 'delete', requests: [] };
  if (strategy === 'Always' && isFinal(vmi)) return { action: 'delete', requests: [] };
  if (strategy === 'RerunOnFailure' && vmi.status?.phase === 'Failed') {
    return { action: 'delete', requests: [{ action: 'Start' }] };
  }
  return keep;
}

function machineStatus(
  vm: VirtualMachine,
  vmi: VirtualMachineInstance | undefined,
  requests: StateChangeRequest[],
  now: string,
): VirtualMachineStatus {
  const { stateChangeRequests: _, startFailure: __, ...old } = vm.status ?? {};
  const strategy = runStrategyOf(vm);
  const failure = startFailure(vm, vmi, strategy, now);
  const ready = findCondition(vmi, 'Ready');
  const wanted = [
    vmi === undefined
      ? { type: 'Ready', status: 'False' as const, reason: 'VMINotExists', message: 'VMI does not exist' }
      : { ...(ready ?? {}), type: 'Ready', status: ready?.status ?? ('False' as const) },
    ...(isPaused(vmi) ? [{ ...findCondition(vmi, 'Paused'), type: 'Paused', status: 'True' as const }] : []),
  ];
  return {
    ...old,
    created: vmi !== undefined,
    ready: ready?.status === 'True',
    printableStatus: computePrintableStatus(
      { ...vm, status: { ...old, ...(failure ? { startFailure: failure } : {}) } },
      vmi,
    ),
    runStrategy: strategy,
    ...(vm.metadata.generation === undefined
      ? {}
      : { observedGeneration: vm.metadata.generation, desiredGeneration: vm.metadata.generation }),
    conditions: withTimes(wanted, vm.status?.conditions, now),
    ...(failure === undefined ? {} : { startFailure: failure }),
    ...(requests.length > 0 ? { stateChangeRequests: requests } : {}),
  };
}
