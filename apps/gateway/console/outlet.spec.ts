import { type Socket } from 'node:net';
import { Writable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FIN, frame, FrameReader, Opcode } from '#libs/websocket';
import { Outlet, Slabs } from './outlet.js';

const KIB = 1024;

/** An outlet to a socket that takes everything at once, or nothing. */
function setUp({ takes = true, pingEvery = Infinity, masked = false } = {}) {
  const writes: Buffer[] = [];
  const waiting: ((error: Error) => void)[] = [];
  const socket = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      // What is written last stays as it is until it is taken.
      writes.push(takes ? Buffer.from(chunk) : chunk);
      if (takes) done();
      else waiting.push(done);
    },
    // As sockets do: what is under way is cancelled.
    destroy: (error, done) => {
      for (const cancel of waiting) cancel(new Error('cancelled'));
      done(error);
    },
  });
  const slabs = new Slabs();
  let sent = 0;
  const outlet = new Outlet(socket as unknown as Socket, masked, slabs, (bytes) => {
    sent += bytes;
    if (sent < pingEvery) return undefined;
    sent = 0;
    return frame(FIN | Opcode.ping, Buffer.from('7'), masked);
  });
  return { outlet, slabs, socket, writes };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const part = (outlet: Outlet, first: number, size: number): void =>
  outlet.data(first, Buffer.alloc(size + 2, 'x'), 1, size + 1);

/** What a peer reads of one write. @throws where the write does not end with a frame */
function framesOf(bytes: Buffer): { first: number; size: number }[] {
  const frames: { first: number; size: number }[] = [];
  for (let at = 0; at < bytes.length;) {
    const [first = 0, short = 0] = bytes.subarray(at);
    const masked = (short & 0x80) === 0 ? 0 : 4;
    const size = [126, 127].indexOf(short & 0x7f);
    const [length, head] =
      size === 0
        ? [bytes.readUInt16BE(at + 2), 4]
        : size === 1
          ? [Number(bytes.readBigUInt64BE(at + 2)), 10]
          : [short & 0x7f, 2];
    frames.push({ first, size: length });
    at += head + masked + length;
    if (at > bytes.length) throw new Error('the write ends within a frame');
  }
  return frames;
}

describe('what goes to a socket', () => {
  it('leaves at once where it is small and alone', () => {
    const { outlet, writes } = setUp();
    part(outlet, FIN | Opcode.binary, 64);
    expect(writes.map(framesOf)).toEqual([[{ first: FIN | Opcode.binary, size: 64 }]]);
  });

  it('is joined where there is more in a turn', async () => {
    const { outlet, writes, slabs } = setUp();
    for (let i = 0; i < 10; i++) part(outlet, FIN | Opcode.binary, 200);
    expect(writes).toHaveLength(1);
    await turn();
    expect(writes).toHaveLength(2);
    expect(writes.flatMap(framesOf)).toHaveLength(10);
    part(outlet, FIN | Opcode.binary, 64);
    expect(writes).toHaveLength(3);
    await turn();
    expect(slabs.taken).toBe(0);
  });

  it('is one frame where parts of a message follow each other', async () => {
    const { outlet, writes } = setUp();
    part(outlet, Opcode.binary, 16 * KIB);
    part(outlet, 0, 16 * KIB);
    part(outlet, FIN, 1000);
    part(outlet, FIN | Opcode.binary, 5);
    await turn();
    expect(writes.map(framesOf)).toEqual([
      [
        { first: FIN | Opcode.binary, size: 32 * KIB + 1000 },
        { first: FIN | Opcode.binary, size: 5 },
      ],
    ]);
  });

  it('comes before a control frame that is written later', async () => {
    const { outlet, writes } = setUp();
    part(outlet, Opcode.binary, 16 * KIB);
    outlet.control(Opcode.close, Buffer.from([3, 232]));
    part(outlet, FIN, 3);
    await turn();
    expect(writes.flatMap(framesOf).map(({ first }) => first)).toEqual([Opcode.binary, FIN | Opcode.close, FIN]);
  });

  it('is followed by a ping where one is due', async () => {
    const { outlet, writes } = setUp({ pingEvery: 20 * KIB });
    part(outlet, FIN | Opcode.binary, 10 * KIB);
    part(outlet, FIN | Opcode.binary, 20 * KIB);
    await turn();
    expect(writes.flatMap(framesOf).at(-1)).toEqual({ first: FIN | Opcode.ping, size: 1 });
    expect(writes).toHaveLength(1);
  });

  it('answers only the last of the pings of a turn, with what else there is to write', async () => {
    const { outlet, writes } = setUp();
    part(outlet, FIN | Opcode.binary, 10 * KIB);
    for (let i = 0; i < 10_000; i++) outlet.pong(Buffer.from(String(i)));
    await turn();
    expect(writes.flatMap(framesOf)).toEqual([
      { first: FIN | Opcode.binary, size: 10 * KIB },
      { first: FIN | Opcode.pong, size: 4 },
    ]);
    expect(writes.at(-1)?.subarray(-4).toString()).toBe('9999');
    await turn();
    expect(writes).toHaveLength(2);
  });

  it('answers a ping when the socket takes something again', async () => {
    const { outlet, writes } = setUp({ takes: false });
    for (let i = 0; i < 6; i++) part(outlet, FIN | Opcode.binary, 60 * KIB);
    outlet.pong(Buffer.from('a'));
    outlet.pong(Buffer.from('b'));
    await turn();
    expect(outlet.full).toBe(true);
    outlet.drained();
    expect(writes.flatMap(framesOf).some(({ first }) => first === (FIN | Opcode.pong))).toBe(false);
  });

  it('answers no ping after a close frame', async () => {
    const { outlet, writes } = setUp();
    outlet.pong(Buffer.from('a'));
    outlet.control(Opcode.close, Buffer.from([3, 232]));
    await turn();
    expect(writes.flatMap(framesOf).map(({ first }) => first)).toEqual([FIN | Opcode.close]);
  });

  it('holds no slab that is half empty, for a socket that takes nothing', async () => {
    const { outlet, slabs, socket } = setUp({ takes: false });
    for (let i = 0; i < 200; i++) {
      part(outlet, FIN | Opcode.binary, 100);
      part(outlet, FIN | Opcode.binary, 100);
      await turn();
    }
    expect(slabs.taken).toBe(0);
    expect(socket.writableLength).toBeLessThan(200 * 300);
  });

  it('is full where something waits, not where the system took it', async () => {
    const taken = setUp();
    const waiting = setUp({ takes: false });
    for (const { outlet } of [taken, waiting]) for (let i = 0; i < 4; i++) part(outlet, FIN | Opcode.binary, 60 * KIB);
    expect([taken.outlet.full, waiting.outlet.full]).toEqual([false, true]);
    await turn();
  });

  it('is lost with its socket, but no slab is', async () => {
    const { outlet, slabs, socket } = setUp({ takes: false });
    for (let i = 0; i < 6; i++) part(outlet, FIN | Opcode.binary, 60 * KIB);
    socket.on('error', () => undefined).destroy();
    await turn();
    part(outlet, FIN | Opcode.binary, 60 * KIB);
    await turn();
    expect(slabs.taken).toBe(0);
  });

  it.each([false, true])(
    'ends each write with a frame, and is what was given, whatever comes: masked %s',
    async (masked) => {
      const size = fc.oneof(
        fc.nat(300),
        fc.constantFrom(125, 126, 8191, 8192, 16_384, 65_535, 65_536, 70_000, 300_000),
      );
      const step = fc.record({ size, last: fc.boolean(), then: fc.constantFrom('turn', 'ping', 'nothing', 'nothing') });
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
          const { outlet, slabs, writes } = setUp({ masked, pingEvery: 50 * KIB });
          const sent: Buffer[] = [];
          let opcode: number = Opcode.binary;
          for (const [index, one] of steps.entries()) {
            const chunk = Buffer.alloc(one.size, String(index));
            sent.push(chunk);
            outlet.data((one.last ? FIN : 0) | opcode, chunk, 0, chunk.length);
            opcode = one.last ? Opcode.binary : 0;
            if (one.then === 'turn') await turn();
            if (one.then === 'ping') outlet.control(Opcode.ping, Buffer.from('?'));
          }
          await turn();
          for (const one of writes) framesOf(one);
          const got: Buffer[] = [];
          const data = (_: number, chunk: Buffer, start: number, end: number): unknown =>
            got.push(Buffer.from(chunk.subarray(start, end)));
          const reader = new FrameReader({ from: masked ? 'client' : 'server' }, { data, control: () => undefined });
          for (const one of writes) reader.push(one);
          expect(Buffer.concat(got).equals(Buffer.concat(sent))).toBe(true);
          await turn();
          expect(slabs.taken).toBe(0);
        }),
        { numRuns: 60 },
      );
    },
  );
});
