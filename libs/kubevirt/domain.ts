import { parseQuantity } from './quantity.js';
import { type Domain, type VirtualMachine, type VirtualMachineInstance } from './types.js';

/** What a page says of a machine's hardware. */
export interface Hardware {
  /** Virtual CPUs: sockets x cores x threads, else the request rounded up. */
  cpus: number;
  /** Bytes; undefined where neither guest memory nor a request is given. */
  memory: number | undefined;
  /** VNC exists. */
  graphics: boolean;
  /** A serial console exists. */
  serial: boolean;
}

export function hardwareOf(object: VirtualMachine | VirtualMachineInstance): Hardware {
  return domainHardware(isMachine(object) ? object.spec.template.spec.domain : object.spec.domain);
}

function isMachine(object: VirtualMachine | VirtualMachineInstance): object is VirtualMachine {
  return 'template' in object.spec;
}

export function domainHardware(domain: Domain): Hardware {
  const { requests, limits } = domain.resources ?? {};
  const memory = domain.memory?.guest ?? requests?.memory ?? limits?.memory;
  return {
    cpus: cpus(domain),
    memory: memory === undefined ? undefined : parseQuantity(memory),
    // Both devices are there unless they are switched off.
    graphics: domain.devices?.autoattachGraphicsDevice !== false,
    serial: domain.devices?.autoattachSerialConsole !== false,
  };
}

function cpus(domain: Domain): number {
  const { sockets, cores, threads } = domain.cpu ?? {};
  if (sockets ?? cores ?? threads) return (sockets ?? 1) * (cores ?? 1) * (threads ?? 1);
  const wanted = domain.resources?.requests?.cpu ?? domain.resources?.limits?.cpu;
  return Math.max(1, Math.ceil(wanted === undefined ? 1 : (parseQuantity(wanted) ?? 1)));
}
