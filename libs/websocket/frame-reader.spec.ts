import { type Writable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as ws from 'ws';
import { FIN, frame, FrameError, FrameReader, Opcode, writeClose } from './index.js';
import { bytesOf, cut, fragments, type Sent } from './testing/frames.js';

/** Exported, but not by its types. */
type ReceiverOptions = { isServer: boolean; maxPayload: number; allowSynchronousEvents: boolean };
const { Receiver } = ws as unknown as { Receiver: new (options: ReceiverOptions) => Writable };

const LARGEST = 100_000;

/** What a peer gets to see of a stream of frames: whole messages and control frames, in order, and the fault. */
interface Seen {
  readonly events: (readonly [string, string])[];
  readonly fault: boolean;
}

/** The library that this reader is tested against. */
function byWs(chunks: readonly Buffer[], isServer: boolean): Seen {
  const events: (readonly [string, string])[] = [];
  const receiver = new Receiver({ isServer, maxPayload: LARGEST, allowSynchronousEvents: true });
  receiver.on('message', (data: Buffer) => events.push(['message', hex(data)]));
  receiver.on('ping', (data: Buffer) => events.push(['ping', hex(data)]));
  receiver.on('pong', (data: Buffer) => events.push(['pong', hex(data)]));
  receiver.on('conclude', (code: number, reason: Buffer) => events.push(['close', `${code} ${reason.toString()}`]));
  receiver.on('error', () => undefined);
  for (const chunk of chunks) receiver.write(chunk);
  return { events, fault: receiver.errored !== null };
}

/** This reader, and behind it the library: what is sent on are frames of their own. */
function byReader(chunks: readonly Buffer[], from: 'client' | 'server'): Seen & { sentOn: Buffer } {
  const out: Buffer[] = [];
  const reader = new FrameReader(
    { from, ...(from === 'client' ? { largest: LARGEST } : {}) },
    {
      data: (first, chunk, start, end) => out.push(frame(first, chunk.subarray(start, end), true)),
      control: (opcode, payload) => out.push(frame(FIN | opcode, payload, true)),
    },
  );
  let fault = false;
  try {
    for (const chunk of chunks) reader.push(chunk);
  } catch (error) {
    expect(error).toBeInstanceOf(FrameError);
    fault = true;
  }
  const sentOn = Buffer.concat(out);
  const { events, fault: misunderstood } = byWs([Buffer.from(sentOn)], true);
  return { events, fault: fault || misunderstood, sentOn };
}

const hex = (data: Buffer): string => data.toString('base64');

const key = fc.uint8Array({ minLength: 4, maxLength: 4 });
const SIZES = [0, 1, 125, 126, 127, 65_535, 65_536, 70_000];
const cuts = fc.array(fc.integer({ min: 0, max: 3000 }), { minLength: 1, maxLength: 8 });

const pause: fc.Arbitrary<(key?: Uint8Array) => Sent[]> = fc.option(
  fc
    .record({
      opcode: fc.constantFrom(Opcode.ping, Opcode.pong),
      payload: fc.uint8Array({ maxLength: 125 }),
    })
    .map(({ opcode, payload }) => (mask?: Uint8Array) => [sent(FIN | opcode, payload, mask)]),
  { nil: () => [] },
);

function sent(first: number, payload: Uint8Array, mask?: Uint8Array): Sent {
  return { first, payload, ...(mask === undefined ? {} : { key: mask }) };
}

/** A conversation: messages of any size, whole and in fragments, with control frames between their frames. */
const conversation = (masked: boolean): fc.Arbitrary<Buffer> =>
  fc
    .array(
      fc.record({
        size: fc.oneof(fc.integer({ min: 0, max: 300 }), fc.constantFrom(...SIZES)),
        text: fc.boolean(),
        sizes: fc.array(fc.integer({ min: 0, max: 200 }), { maxLength: 4 }),
        key,
        pause,
      }),
      { maxLength: 6 },
    )
    .map((messages) =>
      Buffer.concat(
        messages.flatMap(({ size, text, sizes, key: mask, pause: between }) => {
          const payload = Buffer.alloc(size, text ? 'naïve — 文 ' : Buffer.from([0, 255, 7, 128, 3]));
          const whole = text ? Buffer.from(payload.toString().replaceAll('\uFFFD', '')) : payload;
          const used = masked ? mask : undefined;
          return fragments(text ? Opcode.text : Opcode.binary, whole, sizes, used)
            .flatMap((one) => [one, ...between(used)])
            .map(bytesOf);
        }),
      ),
    );

describe.each([
  ['client', true],
  ['server', false],
] as const)('frames of a %s', (from, masked) => {
  const mask = masked ? Buffer.from([1, 2, 250, 4]) : undefined;
  const one = (first: number, payload: Uint8Array): Buffer => bytesOf(sent(first, payload, mask));

  it('come out as the same messages, however they are cut', () => {
    fc.assert(
      fc.property(conversation(masked), cuts, (bytes, lengths) => {
        const { events, fault } = byReader(cut(bytes, lengths), from);
        expect(fault).toBe(false);
        expect(events).toEqual(byWs([Buffer.from(bytes)], masked).events);
      }),
      { numRuns: 300 },
    );
  });

  it.each(SIZES)('of %i bytes, cut at every byte of the header and a few of the payload', (size) => {
    const payload = Buffer.alloc(size, 'abcdefg');
    const bytes = Buffer.concat([one(FIN | Opcode.binary, payload), one(FIN | Opcode.ping, Buffer.from('!'))]);
    const expected = [
      ['message', hex(payload)],
      ['ping', hex(Buffer.from('!'))],
    ];
    for (let at = 1; at < Math.min(bytes.length, 40); at++) {
      const chunks = [Buffer.from(bytes.subarray(0, at)), Buffer.from(bytes.subarray(at))];
      expect(byReader(chunks, from).events).toEqual(expected);
    }
    expect(byReader(cut(bytes, [1]), from).events).toEqual(expected);
  });

  it('are judged as the library judges them, whatever bytes come', () => {
    fc.assert(
      fc.property(conversation(masked), fc.uint8Array({ maxLength: 60 }), cuts, (good, noise, lengths) => {
        const bytes = Buffer.concat([good, noise]);
        const theirs = byWs([Buffer.from(bytes)], masked);
        const ours = byReader(cut(bytes, lengths), from);
        // The library waits for the whole of a message where this reader passes on what is there.
        expect(ours.events.slice(0, theirs.events.length)).toEqual(theirs.events);
        // Text of a server is nothing to this reader but bytes.
        if (masked) expect(ours.fault || !theirs.fault).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['a reserved opcode', FIN | 3, 1],
    ['a reserved control opcode', FIN | 11, 1],
    ['each reserved bit', FIN | 0x40 | Opcode.binary, 1],
    ['each reserved bit', FIN | 0x20 | Opcode.binary, 1],
    ['each reserved bit', FIN | 0x10 | Opcode.binary, 1],
    ['the end of a message that never began', FIN, 1],
    ['a ping of more than 125 bytes', FIN | Opcode.ping, 126],
    ['a ping in fragments', Opcode.ping, 1],
    ['a close frame of one byte', FIN | Opcode.close, 1],
  ])('refuses %s', (_, first, size) => {
    const reader = new FrameReader({ from }, { data: () => undefined, control: () => undefined });
    expect(() => reader.push(one(first, Buffer.alloc(size)))).toThrow(new FrameError('malformed'));
  });

  it('refuses a new message within another', () => {
    const reader = new FrameReader({ from }, { data: () => undefined, control: () => undefined });
    reader.push(one(Opcode.binary, Buffer.from('a')));
    expect(() => reader.push(one(FIN | Opcode.binary, Buffer.from('b')))).toThrow(new FrameError('malformed'));
  });

  it('refuses the mask of the other side', () => {
    const reader = new FrameReader({ from }, { data: () => undefined, control: () => undefined });
    const other = bytesOf(sent(FIN | Opcode.binary, Buffer.from('x'), masked ? undefined : Buffer.alloc(4)));
    expect(() => reader.push(other)).toThrow(new FrameError('malformed'));
  });

  it('reads nothing after a close frame', () => {
    const seen: number[] = [];
    const reader = new FrameReader({ from }, { data: (first) => seen.push(first), control: (op) => seen.push(op) });
    reader.push(
      Buffer.concat([one(FIN | Opcode.close, writeClose(1000, '')), one(FIN | Opcode.binary, Buffer.alloc(3))]),
    );
    reader.push(Buffer.from([0xff]));
    expect(seen).toEqual([Opcode.close]);
  });

  it('reads the longest lengths, and refuses those that no number holds', () => {
    const head = Buffer.alloc(10 + (masked ? 4 : 0));
    head[0] = FIN | Opcode.binary;
    head[1] = (masked ? 0x80 : 0) | 127;
    head.writeBigUInt64BE(2n ** 53n - 1n, 2);
    let bytes = 0;
    const sink = {
      data: (_: number, __: Buffer, start: number, end: number) => (bytes += end - start),
      control: () => undefined,
    };
    const reader = new FrameReader({ from }, sink);
    reader.push(Buffer.concat([head, Buffer.alloc(1000)]));
    expect(bytes).toBe(1000);
    head.writeBigUInt64BE(2n ** 53n, 2);
    expect(() => new FrameReader({ from }, sink).push(Buffer.from(head))).toThrow(new FrameError('malformed'));
    expect(() => new FrameReader({ from, largest: 10 }, sink).push(Buffer.from(head))).toThrow(
      new FrameError('too-large'),
    );
  });

  it('refuses a message of more than the largest, as soon as that is announced', () => {
    let bytes = 0;
    const sink = {
      data: (_: number, __: Buffer, start: number, end: number) => (bytes += end - start),
      control: () => undefined,
    };
    const reader = (): FrameReader => new FrameReader({ from, largest: 10 }, sink);
    const tooLarge = new FrameError('too-large');
    reader().push(one(FIN | Opcode.binary, Buffer.alloc(10)));
    expect(() => reader().push(one(FIN | Opcode.binary, Buffer.alloc(11)))).toThrow(tooLarge);
    const split = reader();
    split.push(one(Opcode.binary, Buffer.alloc(6)));
    expect(() => split.push(one(Opcode.continuation, Buffer.alloc(5)))).toThrow(tooLarge);
    const next = reader();
    for (let i = 0; i < 3; i++) next.push(one(FIN | Opcode.binary, Buffer.alloc(10)));
    expect(bytes).toBe(10 + 6 + 30);
  });
});

describe('text of a client', () => {
  const text = (bytes: Uint8Array, sizes: number[] = []): Buffer =>
    Buffer.concat(fragments(Opcode.text, bytes, sizes, Buffer.from([9, 8, 7, 6])).map(bytesOf));
  const ends = (bytes: Buffer, lengths: number[]): boolean => !byReader(cut(bytes, lengths), 'client').fault;

  it('is UTF-8, cut anywhere', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 20 }),
        fc.array(fc.nat(5), { maxLength: 3 }),
        cuts,
        (raw, sizes, lengths) => {
          const bytes = text(raw, sizes);
          expect(ends(bytes, lengths)).toBe(!byWs([Buffer.from(bytes)], true).fault);
        },
      ),
      { numRuns: 500 },
    );
  });

  it.each([
    ['a lone byte', Buffer.from([0xff])],
    ['half a character at the end', Buffer.from('é').subarray(0, 1)],
    ['a surrogate', Buffer.from([0xed, 0xa0, 0x80])],
  ])('refuses %s', (_, raw) => {
    const reader = new FrameReader({ from: 'client' }, { data: () => undefined, control: () => undefined });
    expect(() => reader.push(text(raw))).toThrow(new FrameError('not-utf8'));
  });

  it('goes on as binary', () => {
    const first: number[] = [];
    const reader = new FrameReader({ from: 'client' }, { data: (one) => first.push(one), control: () => undefined });
    reader.push(text(Buffer.from('abc'), [1]));
    expect(first).toEqual([Opcode.binary, FIN]);
  });
});
