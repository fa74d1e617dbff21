import { expect, test } from 'vitest';
import { chooseGuests } from './guests.js';
import { UserError } from './user-error.js';

const installed = { emulator: '/usr/bin/qemu-system-x86_64', grub: '/usr/lib/grub.img' };
const missing = { packages: ['qemu-system-x86', 'grub-rescue-pc'] };

test('what is installed decides, unless it was asked for', () => {
  expect(chooseGuests('auto', installed).kind).toBe('qemu');
  expect(chooseGuests('auto', missing).kind).toBe('built-in');
  expect(chooseGuests('built-in', installed).kind).toBe('built-in');
  expect(chooseGuests('qemu', installed).kind).toBe('qemu');
});

test('what is missing is named, with the command that installs it, in one line', () => {
  expect(() => chooseGuests('qemu', missing)).toThrow(UserError);
  expect(() => chooseGuests('qemu', missing)).toThrow(
    /^--guests qemu needs .*apt-get install --no-install-recommends qemu-system-x86 grub-rescue-pc.*$/,
  );
});

test('where native programs cannot be run there is no QEMU', () => {
  const fault = (): string => 'needs another machine';
  expect(chooseGuests('auto', installed, fault).kind).toBe('built-in');
  expect(() => chooseGuests('qemu', installed, fault)).toThrow(
    new UserError('--guests qemu needs another machine. Use --guests built-in instead.'),
  );
});
