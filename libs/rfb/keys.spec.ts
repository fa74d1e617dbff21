import { describe, expect, it } from 'vitest';
import { Keysym, keysymText, scancodeKeysym, textKeysym } from './index.js';

describe('keysyms', () => {
  it('type what they name', () => {
    for (const char of 'aZ0 ~é€ß…') expect(keysymText(textKeysym(char))).toBe(char);
    expect(keysymText(0x20ac)).toBe('€');
    expect(keysymText(0xffb7)).toBe('7');
    expect(keysymText(0xffaf)).toBe('/');
    expect(keysymText(Keysym.shiftLeft)).toBeUndefined();
    expect(textKeysym('\n')).toBe(Keysym.return);
  });
});

describe('XT scan codes', () => {
  it('are those of a US keyboard', () => {
    expect(scancodeKeysym(0x1e, false)).toBe(0x61);
    expect(scancodeKeysym(0x1e, true)).toBe(0x41);
    expect(scancodeKeysym(0x0b, true)).toBe(')'.charCodeAt(0));
    expect(scancodeKeysym(0x35, false)).toBe('/'.charCodeAt(0));
    expect(scancodeKeysym(0x2b, true)).toBe('|'.charCodeAt(0));
  });
  it('carry the prefix 0xe0 either way', () => {
    expect(scancodeKeysym(0xc8, false)).toBe(Keysym.up);
    expect(scancodeKeysym(0xe048, false)).toBe(Keysym.up);
  });
  it('an unknown scancode has no keysym', () => expect(scancodeKeysym(0x70, false)).toBeUndefined());
});
