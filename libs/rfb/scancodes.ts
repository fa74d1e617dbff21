import { Keysym } from './keysyms.js';

/** Rows of a US keyboard by XT scan code: plain and shifted characters. */
const ROWS: readonly [first: number, plain: string, shifted: string][] = [
  [0x02, '1234567890-=', '!@#$%^&*()_+'],
  [0x10, 'qwertyuiop[]', 'QWERTYUIOP{}'],
  [0x1e, "asdfghjkl;'`", 'ASDFGHJKL:"~'],
  [0x2b, '\\zxcvbnm,./', '|ZXCVBNM<>?'],
];

const NAMED: Readonly<Record<number, number>> = {
  0x01: Keysym.escape,
  0x0e: Keysym.backSpace,
  0x0f: Keysym.tab,
  0x1c: Keysym.return,
  0x1d: Keysym.controlLeft,
  0x2a: Keysym.shiftLeft,
  0x36: Keysym.shiftRight,
  0x38: Keysym.altLeft,
  0x39: 0x20,
  // Keys with prefix 0xe0, which QEMU's extended key event writes as bit 7.
  0x9c: Keysym.keypadEnter,
  0x9d: Keysym.controlRight,
  0xb8: Keysym.altRight,
  0xc7: Keysym.home,
  0xc8: Keysym.up,
  0xc9: Keysym.pageUp,
  0xcb: Keysym.left,
  0xcd: Keysym.right,
  0xcf: Keysym.end,
  0xd0: Keysym.down,
  0xd1: Keysym.pageDown,
  0xd2: Keysym.insert,
  0xd3: Keysym.delete,
};

/**
 * The keysym of a key on a US keyboard: what a machine makes of an extended key event that names no keysym.
 * @param scancode XT set 1; the prefix 0xe0 as bit 7 or as 0xe0 in the high byte.
 */
export function scancodeKeysym(scancode: number, shift: boolean): number | undefined {
  const code = scancode >> 8 === 0xe0 ? (scancode & 0x7f) | 0x80 : scancode;
  const named = NAMED[code];
  if (named !== undefined) return named;
  for (const [first, plain, shifted] of ROWS) {
    const char = (shift ? shifted : plain)[code - first];
    if (char !== undefined) return char.charCodeAt(0);
  }
  return undefined;
}
