import { hardwareOf, isPaused, isRunning, type VirtualMachineInstance } from '#libs/kubevirt';
import { badRequest, conflict, type Failure, internal } from './failure.js';
import { type Target } from './target.js';

/** Whether an instance has this stream now. Throws Failure. */
type Check = (vmi: VirtualMachineInstance, target: Target) => void;

function running(vmi: VirtualMachineInstance): void {
  if (!isRunning(vmi)) throw badRequest('VMI is not running');
}

const refused = (vmi: VirtualMachineInstance, why: string): Failure =>
  conflict('virtualmachineinstance', vmi.metadata.name ?? '', why);

export const vnc: Check = (vmi) => {
  if (!hardwareOf(vmi).graphics) throw badRequest('No graphics devices are present.');
  running(vmi);
};

const console: Check = (vmi) => {
  if (!hardwareOf(vmi).serial) throw badRequest('No serial consoles are present.');
  if (vmi.status?.phase === 'Failed') throw refused(vmi, 'VMI is in failed status');
  running(vmi);
};

const usbredir: Check = (vmi) => {
  if (vmi.spec.domain.devices?.clientPassthrough === undefined) {
    throw refused(vmi, 'Not configured with USB Redirection');
  }
  running(vmi);
  throw internal('no USB redirection in this machine');
};

/** Nothing listens in this machine on any port. */
const portforward: Check = (vmi, { rest: [port = ''] }) => {
  if (isPaused(vmi)) throw refused(vmi, 'VMI is paused');
  const ip = vmi.status?.interfaces?.[0]?.ipAddress;
  if (ip === undefined) throw badRequest('no network interfaces are present');
  if (!/^\d{1,5}$/.test(port)) throw badRequest('port must not be empty');
  throw internal(`dialing VM: dial tcp ${ip}:${port}: connect: connection refused`);
};

export const STREAMS: Readonly<Record<string, Check>> = { vnc, console, usbredir, portforward };
