/** KubeVirt of the embedded cluster. */
export { builtInGuests, type Guests, qemuGuests } from './guests.js';
export { findInstalled, type Installed, type Missing } from './qemu/installed.js';
export { type Kubevirt, type KubevirtOptions, start } from './start.js';
export { type Door, type Machine, type MachineFactory, type MachineSpec, type Peer } from './machine.js';
