/** X11 keysyms (keysymdef.h) that have a name of their own here; letters and digits are their own code. */
export const Keysym = {
  backSpace: 0xff08,
  tab: 0xff09,
  return: 0xff0d,
  escape: 0xff1b,
  home: 0xff50,
  left: 0xff51,
  up: 0xff52,
  right: 0xff53,
  down: 0xff54,
  pageUp: 0xff55,
  pageDown: 0xff56,
  end: 0xff57,
  insert: 0xff63,
  keypadEnter: 0xff8d,
  shiftLeft: 0xffe1,
  shiftRight: 0xffe2,
  controlLeft: 0xffe3,
  controlRight: 0xffe4,
  altLeft: 0xffe9,
  altRight: 0xffea,
  delete: 0xffff,
} as const;

/** Keysyms beyond Latin-1 that stand for a character and are not written as Unicode keysyms. */
const LEGACY: Readonly<Record<number, string>> = {
  0x20ac: '€',
  0xaa5: '…',
  0xaa9: '—',
  0xaaa: '–',
  0xad0: '‘',
  0xad1: '’',
  0xad2: '“',
  0xad3: '”',
  0x13bc: 'Œ',
  0x13bd: 'œ',
  0x13be: 'Ÿ',
};

/** Keypad keys with Num Lock, by their offset from 0xff80. */
const KEYPAD: Readonly<Record<number, string>> = { 0x00: ' ', 0x2a: '*', 0x2b: '+', 0x2c: ',', 0x2d: '-', 0x2e: '.' };

/** @returns the character that a keysym types, undefined for keys that type none. */
export function keysymText(keysym: number): string | undefined {
  if ((keysym >= 0x20 && keysym <= 0x7e) || (keysym >= 0xa0 && keysym <= 0xff)) return String.fromCharCode(keysym);
  if (keysym >= 0x01000100 && keysym <= 0x0110ffff) return String.fromCodePoint(keysym & 0x00ffffff);
  if (keysym >= 0xffb0 && keysym <= 0xffb9) return String.fromCharCode(keysym - 0xffb0 + 0x30);
  if (keysym === 0xffaf) return '/';
  if (keysym === 0xffbd) return '=';
  return KEYPAD[keysym - 0xff80] ?? LEGACY[keysym];
}

/** @returns the keysym that types a character: the inverse of keysymText, for clients that type text. */
export function textKeysym(char: string): number {
  const code = char.codePointAt(0) ?? 0;
  if (code === 0x0a || code === 0x0d) return Keysym.return;
  if (code === 0x09) return Keysym.tab;
  return code <= 0xff ? code : 0x01000000 | code;
}
