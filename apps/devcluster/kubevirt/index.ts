/** KubeVirt of the embedded cluster. */
export { type Kubevirt, type KubevirtOptions, start } from './start.js';
export { type Door, type Machine, type MachineFactory, type MachineSpec, type Peer } from './machine.js';
