import { deflateSync, inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BGRX,
  Encoding,
  framebufferUpdate,
  type IndexedImage,
  PushParser,
  qemuKeySupport,
  rawRectangle,
  type Rectangle,
  securityResult,
  securityTypes,
  SERVER_VERSION,
  serverFence,
  serverInit,
  type ServerMessage,
  serverMessages,
  tightRectangle,
} from './index.js';
import { toPixel } from './pixels.js';
import {
  bell,
  copyRect,
  desktopSize,
  endOfContinuousUpdates,
  extendedDesktopSize,
  serverCutText,
} from './testing/server-builders.js';

const deflate = (bytes: Uint8Array): Uint8Array => deflateSync(bytes);

const image: fc.Arbitrary<IndexedImage> = fc
  .record({
    width: fc.integer({ min: 1, max: 40 }),
    height: fc.integer({ min: 1, max: 20 }),
    palette: fc.array(fc.integer({ min: 0, max: 0xffffff }), { minLength: 1, maxLength: 16 }),
  })
  .chain((shape) =>
    fc
      .uint8Array({
        minLength: shape.width * shape.height,
        maxLength: shape.width * shape.height,
        max: shape.palette.length - 1,
      })
      .map((pixels) => ({ ...shape, pixels })),
  );

const rectangle: fc.Arbitrary<Rectangle> = fc.oneof(
  image.map((picture) => rawRectangle(3, 4, picture, BGRX)),
  image.map((picture) => tightRectangle(5, 6, picture, BGRX, deflate)),
  fc.constantFrom(desktopSize(640, 400), qemuKeySupport(), copyRect(1, 2, 3, 4, [5, 6])),
  fc.constant(extendedDesktopSize(8, 9, [{ id: 1, x: 0, y: 0, width: 8, height: 9, flags: 0 }])),
);

const greeting = [SERVER_VERSION, securityTypes([1]), securityResult(), serverInit(800, 600, BGRX, 'grüße')] as const;

function parse(bytes: Uint8Array, size: number): ServerMessage[] {
  const parser = new PushParser(serverMessages());
  const out: ServerMessage[] = [];
  for (let at = 0; at < bytes.length; at += size) out.push(...parser.push(bytes.slice(at, at + size)));
  return out;
}

describe('messages of a server', () => {
  it('are read back however the bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(rectangle, { maxLength: 5 }), fc.integer({ min: 1, max: 50 }), (rectangles, size) => {
        const bytes = Buffer.concat([
          ...greeting,
          bell(),
          framebufferUpdate(rectangles),
          serverCutText('copied'),
          serverFence(1, Uint8Array.of(1, 2)),
          endOfContinuousUpdates(),
        ]);
        const [version, types, result, init, ...rest] = parse(bytes, size);
        expect(version).toEqual({ type: 'version', text: 'RFB 003.008\n' });
        expect(types).toEqual({ type: 'securityTypes', types: [1] });
        expect(result).toEqual({ type: 'securityResult', ok: true });
        expect(init).toEqual({ type: 'init', width: 800, height: 600, format: BGRX, name: 'grüße' });
        expect(rest).toEqual([
          { type: 'bell' },
          { type: 'update', rectangles },
          { type: 'cutText', text: 'copied' },
          { type: 'fence', flags: 1, payload: Uint8Array.of(1, 2) },
          { type: 'endOfContinuousUpdates' },
        ]);
      }),
    );
  });

  it('a refusal carries its reason', () => {
    expect(() => parse(Buffer.concat([SERVER_VERSION, securityTypes([], 'go away')]), 5)).toThrow('go away');
    expect(() => parse(Buffer.concat([SERVER_VERSION, securityTypes([1]), securityResult('no')]), 5)).toThrow('no');
  });
});

describe('Tight encoding', () => {
  /** Colours of a Tight rectangle by an independent decoder for palettes up to 256. */
  function decode({ width, height, data }: Rectangle): number[] {
    const colour = (at: number): number => ((data[at] ?? 0) << 16) | ((data[at + 1] ?? 0) << 8) | (data[at + 2] ?? 0);
    if (data[0] === 0x80) return Array<number>(width * height).fill(colour(1));
    const count = (data[2] ?? 0) + 1;
    const palette = Array.from({ length: count }, (_, index) => colour(3 + index * 3));
    const stride = count === 2 ? (width + 7) >> 3 : width;
    let rest = data.subarray(3 + count * 3);
    if (stride * height >= 12) {
      const header = rest.findIndex((byte, at) => byte < 0x80 || at === 2) + 1;
      rest = inflateSync(rest.subarray(header));
    }
    return Array.from({ length: width * height }, (_, at) => {
      const [x, y] = [at % width, Math.floor(at / width)];
      const byte = rest[y * stride + (count === 2 ? x >> 3 : x)] ?? 0;
      return palette[count === 2 ? (byte >> (7 - (x & 7))) & 1 : byte] ?? -1;
    });
  }

  it('decodes to the picture', () => {
    fc.assert(
      fc.property(image, (picture) => {
        const rectangle = tightRectangle(0, 0, picture, BGRX, deflate);
        expect(rectangle.encoding).toBe(Encoding.tight);
        expect(decode(rectangle)).toEqual([...picture.pixels].map((index) => picture.palette[index]));
      }),
    );
  });
});

describe('pixels', () => {
  it('follow the format that the client asked for', () => {
    const rgb565 = { ...BGRX, bitsPerPixel: 16 as const, depth: 16, redMax: 31, greenMax: 63, blueMax: 31 };
    expect(toPixel(0xff8000, { ...rgb565, redShift: 11, greenShift: 5, blueShift: 0 })).toBe((31 << 11) | (32 << 5));
    const picture = { width: 1, height: 1, pixels: Uint8Array.of(0), palette: [0x123456] };
    expect([...rawRectangle(0, 0, picture, BGRX).data]).toEqual([0x56, 0x34, 0x12, 0]);
    expect([...rawRectangle(0, 0, picture, { ...BGRX, bigEndian: true }).data]).toEqual([0, 0x12, 0x34, 0x56]);
  });
});
