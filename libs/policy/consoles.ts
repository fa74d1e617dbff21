import { isDnsLabel, isDnsSubdomain } from '#libs/api';
import { serialPath, vncPath } from '#libs/kubevirt';
import { boundVm } from './bound-vm.js';
import { opens } from './decide.js';
import { type Grant } from './grant.js';

/** A VM, and which of its consoles a grant opens. */
export interface VmConsoles {
  readonly namespace: string;
  readonly vm: string;
  readonly vnc: boolean;
  readonly serial: boolean;
}

/** The consoles of one VM that a grant opens, by the paths that the console page uses. */
export function consolesAt(grant: Grant, namespace: string, vm: string): VmConsoles {
  return { namespace, vm, vnc: opens(grant, vncPath(namespace, vm)), serial: opens(grant, serialPath(namespace, vm)) };
}

/**
 * The VMs that a grant's urls name and whose consoles it opens, in the order of the urls. Those that a `*` reaches too,
 * such as all VMs of a namespace, are not named.
 */
export function consolesOf(grant: Grant): VmConsoles[] {
  const found = new Map<string, VmConsoles>();
  for (const url of grant.urls) {
    const { namespace = '', vm = '' } = boundVm([url]) ?? {};
    const key = `${namespace}/${vm}`;
    if (!isDnsLabel(namespace) || !isDnsSubdomain(vm) || found.has(key)) continue;
    found.set(key, consolesAt(grant, namespace, vm));
  }
  return [...found.values()].filter(({ vnc, serial }) => vnc || serial);
}
