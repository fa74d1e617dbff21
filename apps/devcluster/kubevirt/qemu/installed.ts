import { constants } from 'node:fs';
import { findOnPath, isAccessible } from '../../process/find-program.js';

/** Where Debian's grub-rescue-pc has its bootable image: GRUB and a sample of its configuration, 1.3 MB. */
const GRUB_RESCUE = '/usr/lib/grub-rescue/grub-rescue-floppy.img';
const EMULATOR = 'qemu-system-x86_64';

/** The programs and files that a QEMU guest is made of: absolute paths. */
export interface Installed {
  emulator: string;
  grub: string;
}

/** The Debian packages of what is missing. */
export interface Missing {
  packages: string[];
}

/** Looks for QEMU on the PATH, and for GRUB where Debian has it. */
export function findInstalled(path = process.env['PATH'] ?? '', grub = GRUB_RESCUE): Installed | Missing {
  const emulator = findOnPath(EMULATOR, path);
  const hasGrub = isAccessible(grub, constants.R_OK);
  if (emulator !== undefined && hasGrub) return { emulator, grub };
  return {
    packages: [...(emulator === undefined ? ['qemu-system-x86'] : []), ...(hasGrub ? [] : ['grub-rescue-pc'])],
  };
}
