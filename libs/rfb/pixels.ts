import { Writer } from './bytes.js';
import { Encoding, type PixelFormat } from './protocol.js';
import { type Rectangle } from './server-builders.js';

/** A picture of few colours: one byte a pixel, an index into `palette`; a colour is 0xRRGGBB. */
export interface IndexedImage {
  width: number;
  height: number;
  pixels: Uint8Array;
  palette: readonly number[];
}

/** zlib-wrapped deflate of the whole input (node:zlib deflateSync, for one). */
export type Deflate = (bytes: Uint8Array) => Uint8Array;

/** A colour 0xRRGGBB as the number that the client's format wants. */
export function toPixel(colour: number, f: PixelFormat): number {
  const part = (value: number, max: number, shift: number): number => Math.round((value * max) / 255) << shift;
  return (
    (part((colour >> 16) & 255, f.redMax, f.redShift) |
      part((colour >> 8) & 255, f.greenMax, f.greenShift) |
      part(colour & 255, f.blueMax, f.blueShift)) >>>
    0
  );
}

function pixelBytes(colour: number, f: PixelFormat): Uint8Array {
  const size = f.bitsPerPixel / 8;
  const value = toPixel(colour, f);
  return Uint8Array.from({ length: size }, (_, index) => value >>> (8 * (f.bigEndian ? size - 1 - index : index)));
}

export function rawRectangle(x: number, y: number, image: IndexedImage, format: PixelFormat): Rectangle {
  const size = format.bitsPerPixel / 8;
  const colours = image.palette.map((colour) => pixelBytes(colour, format));
  const data = new Uint8Array(image.pixels.length * size);
  image.pixels.forEach((index, at) => data.set(colours[index] ?? [], at * size));
  return { x, y, width: image.width, height: image.height, encoding: Encoding.raw, data };
}

/** Resets zlib stream 0 before the rectangle, so that each is compressed by itself and no state is kept. */
const RESET_STREAM_0 = 0x01;
const EXPLICIT_FILTER = 0x40;
const FILL = 0x80;
const PALETTE_FILTER = 1;
/** Shorter data is sent as it is (rfbproto, Tight encoding). */
const MIN_TO_COMPRESS = 12;

/**
 * Tight encoding of a picture with a palette: one colour is a fill, two are a bit a pixel, more a byte a pixel.
 * The palette must not be longer than 256; colours that no pixel has cost their bytes, so pass a packed one.
 */
export function tightRectangle(
  x: number,
  y: number,
  image: IndexedImage,
  format: PixelFormat,
  deflate: Deflate,
): Rectangle {
  const at = { x, y, width: image.width, height: image.height, encoding: Encoding.tight };
  const packed = packPalette(image);
  const w = new Writer();
  if (packed.palette.length === 1) {
    w.u8(FILL).raw(tightPixel(packed.palette[0] ?? 0, format));
    return { ...at, data: w.done() };
  }
  w.u8(EXPLICIT_FILTER | RESET_STREAM_0, PALETTE_FILTER, packed.palette.length - 1);
  for (const colour of packed.palette) w.raw(tightPixel(colour, format));
  const bits = packed.palette.length === 2 ? bitmap(packed) : packed.pixels;
  if (bits.length < MIN_TO_COMPRESS) return { ...at, data: w.raw(bits).done() };
  const compressed = deflate(bits);
  return { ...at, data: w.raw(compactLength(compressed.length)).raw(compressed).done() };
}

/** TPIXEL: three bytes red, green, blue where the format has 24 bits of colour in 32, else an ordinary pixel. */
function tightPixel(colour: number, f: PixelFormat): Uint8Array {
  const short = f.bitsPerPixel === 32 && f.depth === 24 && f.redMax === 255 && f.greenMax === 255 && f.blueMax === 255;
  return short ? Uint8Array.of(colour >> 16, colour >> 8, colour) : pixelBytes(colour, f);
}

/** The same picture with only the colours that occur, in order of their first pixel. */
function packPalette(image: IndexedImage): IndexedImage {
  const place = new Int16Array(image.palette.length).fill(-1);
  const palette: number[] = [];
  const pixels = new Uint8Array(image.pixels.length);
  for (let at = 0; at < pixels.length; at++) {
    const index = image.pixels[at] ?? 0;
    if (place[index] === -1) place[index] = palette.push(image.palette[index] ?? 0) - 1;
    pixels[at] = place[index] ?? 0;
  }
  return { ...image, palette, pixels };
}

/** One bit a pixel, rows padded to a byte, the first pixel in the highest bit. */
function bitmap({ width, height, pixels }: IndexedImage): Uint8Array {
  const stride = (width + 7) >> 3;
  const bits = new Uint8Array(stride * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * stride + (x >> 3);
      if (pixels[y * width + x]) bits[at] = (bits[at] ?? 0) | (0x80 >> (x & 7));
    }
  }
  return bits;
}

/** Tight's length: 7 bits a byte, up to three bytes. */
function compactLength(length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(length);
  if (length < 0x4000) return Uint8Array.of((length & 0x7f) | 0x80, length >> 7);
  return Uint8Array.of((length & 0x7f) | 0x80, ((length >> 7) & 0x7f) | 0x80, length >> 14);
}
