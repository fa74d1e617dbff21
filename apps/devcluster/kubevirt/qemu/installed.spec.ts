import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { bootImage } from './boot-image.js';
import { command } from './command.js';
import { findInstalled } from './installed.js';
import { SPEC } from './qemu.fixture.js';

const folder = mkdtempSync(join(tmpdir(), 'installed-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('what is missing is named by its Debian package', () => {
  const emulator = join(folder, 'qemu-system-x86_64');
  const grub = join(folder, 'grub.img');
  expect(findInstalled(folder, grub)).toEqual({ packages: ['qemu-system-x86', 'grub-rescue-pc'] });
  writeFileSync(grub, '');
  expect(findInstalled('', grub)).toEqual({ packages: ['qemu-system-x86'] });
  writeFileSync(emulator, '', { mode: 0o755 });
  expect(findInstalled(`/nowhere:${folder}`, grub)).toEqual({ emulator, grub });
});

describe('the image that a machine boots from', () => {
  const sample = `# Sample GRUB configuration file\n${'menuentry x {}\n'.repeat(40)}`;
  const rescue = Buffer.from(`before\0${sample}\0\0after`);

  test('is the rescue image, of the same length, with no menu', () => {
    const image = bootImage(rescue);
    expect(image.length).toBe(rescue.length);
    expect(image.toString()).toMatch(/^before\0if serial[^]*fi\n+\0\0after$/);
    expect(image.toString()).not.toContain('menuentry');
  });

  test.each(['nothing known', '# Sample GRUB configuration file\0'])('one of an unknown make is refused', (text) => {
    expect(() => bootImage(Buffer.from(text))).toThrow('Unknown layout');
  });
});

test('a machine has no network, and no device that its VM switches off', () => {
  const line = (over: object): string =>
    command({ emulator: '/bin/q', grub: '' }, { ...SPEC, ...over }, '/a,b').join(' ');
  expect(line({})).toContain('-nic none');
  expect(line({})).toContain('file=/a,,b');
  expect(line({})).toContain('-vnc unix:vnc,share=ignore');
  expect(line({ graphics: false })).not.toMatch(/-vnc|VGA,/);
  expect(line({ serial: false })).toContain('-serial none');
});
