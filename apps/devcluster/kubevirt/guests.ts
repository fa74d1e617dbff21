import { readFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Guest } from './guest/guest.js';
import { type MachineFactory } from './machine.js';
import { bootImage } from './qemu/boot-image.js';
import { type Installed } from './qemu/installed.js';
import { QemuMachine } from './qemu/qemu-machine.js';

/** What runs as virtual machines. */
export interface Guests {
  kind: 'built-in' | 'qemu';
  /** In a few words, for people. */
  what: string;
  /** @param data absolute path of a folder for what machines keep while they run; what is there is removed */
  factory: (data: string) => MachineFactory;
}

export const builtInGuests: Guests = {
  kind: 'built-in',
  what: 'built in: a small shell on screen and serial console',
  factory: () => (spec, events) => new Guest(spec, events),
};

/** QEMU and GRUB as they are installed. */
export const qemuGuests = (installed: Installed): Guests => ({
  kind: 'qemu',
  what: 'QEMU processes that boot into the GRUB shell',
  factory: (data) => {
    const folder = join(data, 'qemu');
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const image = join(folder, 'grub.img');
    writeFileSync(image, bootImage(readFileSync(installed.grub)), { mode: 0o400 });
    return (spec, events) => new QemuMachine(spec, { installed, image, folder: join(folder, spec.uid) }, events);
  },
});
