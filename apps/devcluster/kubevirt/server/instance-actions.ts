import { isPaused, isRunning, type VirtualMachineInstance } from '#libs/kubevirt';
import { type Machine } from '../machine.js';
import { conflict, type Failure, internal } from './failure.js';

/** PUT virtualmachineinstances/NAME/...: answered 200 with nothing in it. Throws Failure. */
export type InstanceAction = (vmi: VirtualMachineInstance, machine: Machine | undefined) => void;

const refused = (vmi: VirtualMachineInstance, why: string): Failure =>
  conflict('virtualmachineinstance', vmi.metadata.name ?? '', why);

/** Its machine: an instance that says Running without one has just lost it. */
function needs(machine: Machine | undefined): Machine {
  if (machine === undefined) throw internal('the domain of this VMI is not found');
  return machine;
}

const pause: InstanceAction = (vmi, machine) => {
  if (!isRunning(vmi)) throw refused(vmi, 'VM is not running');
  if (isPaused(vmi) || machine?.paused) throw refused(vmi, 'VMI is already paused');
  needs(machine).pause();
};

const unpause: InstanceAction = (vmi, machine) => {
  if (!isRunning(vmi)) throw refused(vmi, 'VMI is not running');
  if (!isPaused(vmi) && !machine?.paused) throw refused(vmi, 'VMI is not paused');
  needs(machine).unpause();
};

const reset: InstanceAction = (vmi, machine) => {
  if (!isRunning(vmi)) {
    throw internal(`Failed to reset non-running VMI with phase ${vmi.status?.phase ?? ''}: VMI is not running`);
  }
  needs(machine).reset();
};

const softreboot: InstanceAction = (vmi, machine) => {
  if (!isRunning(vmi)) throw refused(vmi, 'VM is not running');
  if (isPaused(vmi)) throw refused(vmi, 'VMI is paused');
  needs(machine).reset();
};

/** File systems are frozen by an agent in the machine, and this machine has none. */
const freeze: InstanceAction = (vmi) => {
  if (!isRunning(vmi)) throw refused(vmi, 'VM is not running');
  throw internal('QEMU guest agent is not connected');
};

export const INSTANCE_ACTIONS: Readonly<Record<string, InstanceAction>> = {
  pause,
  unpause,
  reset,
  softreboot,
  freeze,
};

/** Why `guestosinfo` cannot be answered: this machine has no agent. */
export function agentFailure(vmi: VirtualMachineInstance): Failure {
  return refused(vmi, isRunning(vmi) ? 'VMI does not have guest agent connected' : 'VMI is not running');
}
