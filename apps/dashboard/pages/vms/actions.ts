import { type Vm, type VmAction } from '#libs/api';
import { type StatusGroup, statusGroup } from '#libs/kubevirt';

const SENSIBLE: Readonly<Record<StatusGroup, VmAction[]>> = {
  running: ['pause', 'restart', 'stop'],
  paused: ['unpause', 'restart', 'stop'],
  starting: ['stop'],
  stopping: [],
  stopped: ['start'],
  failing: ['stop'],
};

/** Actions that make sense in a VM's state. A missing right disables an action; a state without use for it hides it. */
export function actionsOf(vm: Vm): { action: VmAction; allowed: boolean }[] {
  return sensible(vm.status).map((action) => ({ action, allowed: vm.may[action] }));
}

/** Whether the VM runs, paused or not, as far as its status tells. */
export function isRunning(vm: Vm): boolean {
  return ['running', 'paused'].includes(statusGroup(vm.status));
}

/** Whether the VM is stopped and the user may start it. */
export function mayStart(vm: Vm): boolean {
  return actionsOf(vm).some(({ action, allowed }) => action === 'start' && allowed);
}

function sensible(status: string): VmAction[] {
  return status === 'Migrating' ? ['stop'] : SENSIBLE[statusGroup(status)];
}

/** Whether a VM matches the filter: every word, anywhere in its name, status, addresses or node. */
export function fits(vm: Vm, filter: string): boolean {
  const text = [vm.name, vm.status, vm.node ?? '', ...vm.ips].join(' ').toLowerCase();
  return filter
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/** `2 CPUs · 64M`; unknown values are left out. */
export function sizeOf(vm: Pick<Vm, 'cpu' | 'memory'>, cpus: (n: number) => string): string {
  return [vm.cpu !== undefined && cpus(vm.cpu), vm.memory].filter(Boolean).join(' · ');
}
