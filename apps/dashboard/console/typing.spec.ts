import { describe, expect, it } from 'vitest';
import { strokeOf, strokesOf, typeStrokes } from './typing.js';

describe('strokes', () => {
  it('knows the keys of a US keyboard', () => {
    expect(strokeOf('a')).toEqual({ keysym: 0x61, code: 'KeyA', shift: false });
    expect(strokeOf('A')).toEqual({ keysym: 0x41, code: 'KeyA', shift: true });
    expect(strokeOf('7')).toEqual({ keysym: 0x37, code: 'Digit7', shift: false });
    expect(strokeOf('&')).toEqual({ keysym: 0x26, code: 'Digit7', shift: true });
    expect(strokeOf('"')).toEqual({ keysym: 0x22, code: 'Quote', shift: true });
    expect(strokeOf('\n')).toEqual({ keysym: 0xff0d, code: 'Enter', shift: false });
    expect(strokeOf('\t')?.keysym).toBe(0xff09);
  });

  it('has a key for every printable character of ASCII', () => {
    const ascii = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index));
    expect(ascii.filter((character) => strokeOf(character)?.code === undefined)).toEqual([]);
  });

  it('sends others by keysym alone and says which', () => {
    expect(strokeOf('é')).toEqual({ keysym: 0xe9, shift: false });
    expect(strokeOf('€')).toEqual({ keysym: 0x010020ac, shift: false });
    const { strokes, uncertain } = strokesOf('é€é\u0007ok\r\n');
    expect(uncertain).toEqual(['é', '€', '\u0007']);
    expect(strokes.map(({ keysym }) => keysym)).toEqual([0xe9, 0x010020ac, 0xe9, 0x6f, 0x6b, 0xff0d]);
  });
});

describe('typeStrokes', () => {
  const typed = async (text: string, stopAfter = Infinity) => {
    const sent: string[] = [];
    const done: number[] = [];
    const controller = new AbortController();
    await typeStrokes(strokesOf(text).strokes, {
      send: ({ code }, down) => sent.push(`${down ? '+' : '-'}${code ?? ''}`),
      signal: controller.signal,
      progress: (n) => {
        done.push(n);
        if (n >= stopAfter) controller.abort();
      },
      pause: async () => undefined,
    });
    return { sent, done };
  };

  it('holds Shift around the keys that need it', async () => {
    expect(await typed('aB')).toEqual({
      sent: ['+KeyA', '-KeyA', '+ShiftLeft', '+KeyB', '-KeyB', '-ShiftLeft'],
      done: [1, 2],
    });
  });

  it('stops when told, with no key left down', async () => {
    const { sent } = await typed('ABC', 2);
    expect(sent.filter((one) => one.startsWith('+'))).toHaveLength(4);
    expect(sent.filter((one) => one.startsWith('-'))).toHaveLength(4);
  });
});
