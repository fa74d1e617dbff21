import { expect, it } from 'vitest';
import { frame, FrameReader, Opcode } from './frames.ts';

/** As a client sends it: the mask bit, a mask, and the payload under it. */
function masked(payload: Buffer): Buffer {
  const mask = Buffer.from([1, 2, 3, 4]);
  const plain = frame(Opcode.binary, payload);
  const head = Buffer.from(plain.subarray(0, plain.length - payload.length));
  head[1] = (head[1] ?? 0) | 0x80;
  return Buffer.concat([head, mask, payload.map((byte, at) => byte ^ (mask[at & 3] ?? 0))]);
}

it.each([0, 1, 125, 126, 65_535, 65_536])('reads a frame of %i bytes, however it is cut', (length) => {
  const payload = Buffer.alloc(length, 'abc');
  const sent = Buffer.concat([masked(payload), masked(Buffer.from('next'))]);
  for (const cut of [1, 2, 5, 7, 13, Math.floor(sent.length / 2), sent.length - 1]) {
    const reader = new FrameReader();
    const frames = [
      ...reader.push(Buffer.from(sent.subarray(0, cut))),
      ...reader.push(Buffer.from(sent.subarray(cut))),
    ];
    expect(frames.map((one) => one.payload.toString())).toEqual([payload.toString(), 'next']);
  }
});
