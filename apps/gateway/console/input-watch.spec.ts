import { describe, expect, it } from 'vitest';
import { encodeClientMessage } from '#libs/rfb';
import { InputWatch } from './input-watch.js';

const hello = Buffer.concat([Buffer.from('RFB 003.008\n'), Buffer.from([1, 1])]);
const update = Buffer.from([3, 1, 0, 0, 0, 0, 0, 1, 0, 1]);
const key = Buffer.from([4, 1, 0, 0, 0, 0, 0, 97]);
const cut = (flags: number): Uint8Array =>
  encodeClientMessage({ type: 'extendedCutText', flags, data: new Uint8Array(0) });

function after(...chunks: Uint8Array[]): boolean {
  const watch = new InputWatch();
  watch.push(hello, true);
  return chunks.map((chunk) => watch.push(chunk, true)).some((input) => input);
}

describe('what counts as input on a screen', () => {
  it.each([
    ['a key', key],
    ['a key of QEMU', encodeClientMessage({ type: 'qemuKey', down: true, keysym: 97, keycode: 30 })],
    ['the pointer', encodeClientMessage({ type: 'pointer', buttons: 0, x: 1, y: 1 })],
    ['pasted text', encodeClientMessage({ type: 'cutText', text: 'x' })],
    ['the offer of a pasted text', cut(1 << 27)],
    ['a pasted text of the extended clipboard', cut(1 << 28)],
  ])('%s', (_name, message) => expect(after(message)).toBe(true));

  it.each([
    ['the handshake', hello.subarray(0, 0)],
    ['requests of updates', update],
    ['encodings', encodeClientMessage({ type: 'setEncodings', encodings: [0, 7] })],
    ['a fence', encodeClientMessage({ type: 'fence', flags: 0, payload: new Uint8Array(4) })],
    ['what a client can do with the clipboard', cut(1 << 24)],
  ])('not %s', (_name, message) => expect(after(message, message)).toBe(false));

  it('a key that arrives in pieces, once it is whole, between requests', () => {
    const watch = new InputWatch();
    const bytes = Buffer.concat([hello, update, key, update]);
    const inputs = [...bytes].map((byte) => watch.push(Buffer.from([byte]), false));
    expect(inputs.indexOf(true)).toBe(hello.length + update.length + key.length - 1);
    expect(inputs.filter((input) => input)).toHaveLength(1);
  });

  it('after what it does not understand, by the first byte of each message', () => {
    const watch = new InputWatch();
    watch.push(hello, true);
    // A pointer event with an eighth button may have one byte more, which only the machine's bytes would tell.
    expect(watch.push(Buffer.from([5, 0x81, 0, 1, 0, 1, 1]), true)).toBe(true);
    expect(watch.push(update, true)).toBe(false);
    expect(watch.push(key, true)).toBe(true);
    const other = new InputWatch();
    expect(other.push(Buffer.from('GET / HTTP/1.1\n'), true)).toBe(false);
    expect(other.push(update, true)).toBe(false);
    expect(other.push(key, true)).toBe(true);
  });
});
