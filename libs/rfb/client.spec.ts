import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ClientMessage,
  clientMessages,
  encodeClientMessage,
  Encoding,
  PushParser,
  RfbError,
  ViewOnlyFilter,
} from './index.js';

const u8 = fc.integer({ min: 0, max: 0xff });
const u16 = fc.integer({ min: 0, max: 0xffff });
const u32 = fc.integer({ min: 0, max: 0xffffffff });
const bytes = (maxLength: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ maxLength });
const latin1 = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)) });
const area = { x: u16, y: u16, width: u16, height: u16 };
const type = <T extends string>(name: T): fc.Arbitrary<T> => fc.constant(name);

const format = fc.record({
  bitsPerPixel: fc.constantFrom(8 as const, 16 as const, 32 as const),
  depth: u8,
  bigEndian: fc.boolean(),
  trueColour: fc.boolean(),
  redMax: u16,
  greenMax: u16,
  blueMax: u16,
  redShift: u8,
  greenShift: u8,
  blueShift: u8,
});

/** Messages that only look. */
const looking: fc.Arbitrary<ClientMessage> = fc.oneof(
  fc.record({ type: type('setPixelFormat'), format }),
  fc.record({
    type: type('setEncodings'),
    encodings: fc.array(fc.integer({ min: -0x80000000, max: 0x7fffffff }), { maxLength: 20 }),
  }),
  fc.record({ type: type('updateRequest'), incremental: fc.boolean(), ...area }),
  fc.record({ type: type('continuousUpdates'), enable: fc.boolean(), ...area }),
  fc.record({ type: type('fence'), flags: u32, payload: bytes(64) }),
  fc.record({ type: type('qemuAudio'), operation: fc.constantFrom(0, 1), data: fc.constant(new Uint8Array(0)) }),
  fc.record({
    type: type('qemuAudio'),
    operation: fc.constant(2),
    data: fc.uint8Array({ minLength: 6, maxLength: 6 }),
  }),
);

/** Messages that act on the machine. */
const acting: fc.Arbitrary<ClientMessage> = fc.oneof(
  fc.record({ type: type('key'), down: fc.boolean(), keysym: u32 }),
  fc.record({ type: type('qemuKey'), down: fc.boolean(), keysym: u32, keycode: u32 }),
  fc.record({ type: type('pointer'), buttons: u8, x: u16, y: u16 }),
  fc.record({ type: type('cutText'), text: latin1 }),
  fc.record({ type: type('extendedCutText'), flags: u32, data: bytes(100) }),
  fc.record({ type: type('xvp'), version: u8, code: u8 }),
  fc.record({
    type: type('setDesktopSize'),
    width: u16,
    height: u16,
    screens: fc.array(fc.record({ id: u32, ...area, flags: u32 }), { maxLength: 4 }),
  }),
);

/** A whole connection: the handshake, then messages of both kinds. */
const conversation: fc.Arbitrary<ClientMessage[]> = fc
  .record({
    minor: fc.constantFrom(7 as const, 8 as const),
    response: fc.option(fc.uint8Array({ minLength: 16, maxLength: 16 }), { nil: undefined }),
    shared: fc.boolean(),
    messages: fc.array(fc.oneof(looking, acting), { maxLength: 30 }),
  })
  .map(({ minor, response, shared, messages }) => [
    { type: 'version', minor },
    { type: 'security', security: response === undefined ? 1 : 2 },
    ...(response === undefined ? [] : [{ type: 'response' as const, data: response }]),
    { type: 'init', shared },
    ...messages,
  ]);

/** Where to cut a stream: each number is the length of the next chunk, over and over. */
const cuts = fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 20 });

function cut(bytes: Uint8Array, lengths: readonly number[]): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  const sizes = lengths.some((length) => length > 0) ? lengths : [1];
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    chunks.push(bytes.slice(at, at + size));
    at += size;
  }
  return chunks;
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

const parse = (chunks: readonly Uint8Array[], maxCutText?: number): ClientMessage[] => {
  const parser = new PushParser(clientMessages(maxCutText === undefined ? {} : { maxCutText }));
  return chunks.flatMap((chunk) => parser.push(chunk));
};

const handshake: ClientMessage[] = [
  { type: 'version', minor: 8 },
  { type: 'security', security: 1 },
  { type: 'init', shared: true },
];
const stream = (...messages: ClientMessage[]): Uint8Array => join([...handshake, ...messages].map(encodeClientMessage));

describe('messages of a client', () => {
  it('are the same however the bytes are cut', () => {
    fc.assert(
      fc.property(conversation, cuts, (messages, lengths) => {
        const bytes = join(messages.map(encodeClientMessage));
        expect(parse(cut(bytes, lengths))).toEqual(messages);
      }),
    );
  });

  it('are the same byte by byte', () => {
    fc.assert(
      fc.property(conversation, (messages) => {
        expect(parse(cut(join(messages.map(encodeClientMessage)), [1]))).toEqual(messages);
      }),
    );
  });

  it('long cut text is read past without being held', () => {
    const parser = new PushParser(clientMessages({ maxCutText: 10 }));
    parser.push(stream());
    const long = encodeClientMessage({ type: 'cutText', text: 'x'.repeat(100_000) });
    let most = 0;
    const messages = cut(long, [1000]).flatMap((chunk) => {
      const out = parser.push(chunk);
      most = Math.max(most, parser.held);
      return out;
    });
    expect(messages).toEqual([{ type: 'cutText', text: '' }]);
    expect(most).toBeLessThan(8192);
    expect(parser.push(encodeClientMessage({ type: 'xvp', version: 1, code: 2 }))).toHaveLength(1);
  });

  it.each([
    ['version', new TextEncoder().encode('RFB 003.003\n')],
    ['version', new TextEncoder().encode('GET / HTTP/1')],
    ['security', join([encodeClientMessage({ type: 'version', minor: 8 }), Uint8Array.of(19)])],
    ['unknown-message', join([stream(), Uint8Array.of(7)])],
    ['unknown-message', join([stream(), Uint8Array.of(255, 9)])],
    ['too-long', join([stream(), Uint8Array.of(248, 0, 0, 0, 0, 0, 0, 0, 65)])],
    ['malformed', join([stream(), Uint8Array.of(0, 0, 0, 0, 24, ...Array<number>(15).fill(0))])],
    ['malformed', join([stream(), Uint8Array.of(6, 0, 0, 0, 255, 255, 255, 255)])],
  ])('refuses %s', (code, bytes) => {
    const parser = new PushParser(clientMessages());
    const failure = expect.objectContaining({ code }) as RfbError;
    expect(() => parser.push(bytes)).toThrow(failure);
    expect(() => parser.push(Uint8Array.of(0))).toThrow(failure);
  });
});

describe('the view-only filter', () => {
  const filtered = (chunks: readonly Uint8Array[]): Uint8Array => {
    const filter = new ViewOnlyFilter();
    return join(chunks.map((chunk) => filter.push(chunk)));
  };

  it('never lets a key, the pointer or a cut text through, and everything else passes', () => {
    const input = new Set<string>(['key', 'qemuKey', 'pointer', 'cutText', 'extendedCutText', 'xvp', 'setDesktopSize']);
    fc.assert(
      fc.property(conversation, cuts, (messages, lengths) => {
        const out = parse([filtered(cut(join(messages.map(encodeClientMessage)), lengths))]);
        const withheld = (encoding: number): boolean => encoding !== Encoding.extendedMouseButtons;
        const expected = messages
          .filter(({ type }) => !input.has(type))
          .map((m) => (m.type === 'setEncodings' ? { ...m, encodings: m.encodings.filter(withheld) } : m));
        expect(out).toEqual(expected);
      }),
    );
  });

  it('passes only whole messages of seeing, whatever bytes come', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), cuts, (noise, lengths) => {
        const filter = new ViewOnlyFilter();
        const out: Uint8Array[] = [];
        try {
          for (const chunk of cut(join([stream(), noise]), lengths)) out.push(filter.push(chunk));
        } catch (error) {
          expect(error).toBeInstanceOf(RfbError);
        }
        const seen = parse([join(out)]);
        expect(join(seen.map(encodeClientMessage))).toEqual(join(out));
        for (const { type } of seen) expect(['key', 'qemuKey', 'pointer', 'cutText', 'xvp']).not.toContain(type);
      }),
    );
  });

  it('refuses an unknown message and stays closed', () => {
    const filter = new ViewOnlyFilter();
    filter.push(stream());
    expect(() => filter.push(Uint8Array.of(99))).toThrow(RfbError);
    expect(() => filter.push(encodeClientMessage({ type: 'fence', flags: 0, payload: new Uint8Array(0) }))).toThrow(
      RfbError,
    );
  });

  it('withholds extended mouse buttons, which would give pointer events a second length', () => {
    const encodings = [Encoding.raw, Encoding.extendedMouseButtons, Encoding.tight];
    const out = parse([filtered([stream({ type: 'setEncodings', encodings })])]);
    expect(out.at(-1)).toEqual({ type: 'setEncodings', encodings: [Encoding.raw, Encoding.tight] });
  });
});
