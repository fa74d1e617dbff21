import { expect, it } from 'vitest';
import { FIN, Opcode } from '#libs/websocket';
import { EarlyInput } from './early-input.js';

const KIB = 1024;

it('gives back every part as it came, once', () => {
  const early = new EarlyInput();
  const parts: [number, Buffer][] = [
    [Opcode.binary, Buffer.from('ab')],
    [Opcode.continuation, Buffer.alloc(0)],
    [FIN | Opcode.continuation, Buffer.alloc(70 * KIB, 'c')],
    [FIN | Opcode.binary, Buffer.from('d')],
  ];
  for (const [first, payload] of parts)
    early.add(first, Buffer.concat([Buffer.from('xx'), payload]), 2, payload.length + 2);
  const back: [number, Buffer][] = [];
  early.drain((first, chunk, start, end) => back.push([first, Buffer.from(chunk.subarray(start, end))]));
  expect(back).toEqual(parts);
  early.drain(() => expect.unreachable());
  expect(early.held).toBe(0);
});

it('takes no more memory for the smallest parts than twice what came', () => {
  const early = new EarlyInput();
  // What a read of 64 KiB brings of frames with no payload, and of one byte.
  const size = 64 * KIB;
  for (let bytes = 0; bytes < size; bytes += 6) early.add(Opcode.continuation, Buffer.alloc(0), 0, 0);
  expect(early.full).toBe(false);
  for (let bytes = 0; bytes < 8 * size; bytes += 7) early.add(FIN | Opcode.binary, Buffer.from('x'), 0, 1);
  expect(early.held).toBeLessThan(9 * size);
});

it('is full of 256 KiB', () => {
  const early = new EarlyInput();
  const chunk = Buffer.alloc(64 * KIB);
  for (const full of [false, false, false, true]) {
    early.add(FIN | Opcode.binary, chunk, 0, chunk.length);
    expect(early.full).toBe(full);
  }
});
