import { type MachineSpec } from '../machine.js';
import { type Command, nativeProgram } from '../../process/child.js';
import { type Installed } from './installed.js';

/** Names of what is in the folder in which QEMU runs: relative, because a socket's path is limited to 107 bytes. */
export const FILES = { monitor: 'qmp', serial: 'serial', vnc: 'vnc' } as const;

/** The guest is GRUB, whatever the VM asks for: this is enough for it. */
const MEMORY_MIB = 32;
const CODE_CACHE_MIB = 16;
const VIDEO_MIB = 4;
/** GRUB waits for a key by asking for it over and over. */
const NICENESS = 10;

/**
 * The command that runs a machine: no network, no disk but the one that it boots from, nothing of the user's configuration.
 * It is paused until QEMU gets `cont` (-S). Monitor and serial port are connected to sockets that must be there.
 * @param image absolute path of what it boots from, which is not written to
 */
export function command({ emulator }: Installed, spec: MachineSpec, image: string): Command {
  const socket = (id: string, path: string): string[] => ['-chardev', `socket,id=${id},path=${path}`];
  return nativeProgram(
    'nice',
    `--adjustment=${NICENESS}`,
    emulator,
    '-nodefaults',
    '-no-user-config',
    ...['-sandbox', 'on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny'],
    ...['-name', `${spec.name} (${spec.namespace})`],
    ...['-machine', 'pc', '-accel', `tcg,tb-size=${CODE_CACHE_MIB}`, '-m', `${MEMORY_MIB}`, '-smp', '1', '-S'],
    ...['-nic', 'none', '-display', 'none'],
    ...['-drive', `if=ide,media=cdrom,format=raw,readonly=on,file=${image.replaceAll(',', ',,')}`],
    ...socket('monitor', FILES.monitor),
    ...['-mon', 'chardev=monitor,mode=control'],
    // Who may see a screen is decided by those who open it: QEMU lets in everybody who comes.
    ...(spec.graphics
      ? ['-device', `VGA,vgamem_mb=${VIDEO_MIB}`, '-vnc', `unix:${FILES.vnc},share=ignore`]
      : ['-vga', 'none']),
    ...(spec.serial ? [...socket('serial', FILES.serial), '-serial', 'chardev:serial'] : ['-serial', 'none']),
  );
}
