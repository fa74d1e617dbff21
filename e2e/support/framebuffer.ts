import { inflateSync } from 'node:zlib';
import { Encoding, type Rectangle, RfbError } from '#libs/rfb';

/** What an RFB client has seen: RGBA, four bytes a pixel, drawn from Raw (BGRX), CopyRect and Tight rectangles. */
export class Framebuffer {
  readonly pixels: Uint8ClampedArray;

  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    this.pixels = new Uint8ClampedArray(width * height * 4).fill(0xff);
  }

  draw(rectangle: Rectangle): void {
    switch (rectangle.encoding) {
      case Encoding.raw:
        return this.#each(rectangle, (at) => rgb(rectangle.data, at * 4 + 2, -1));
      case Encoding.copyRect:
        return this.#copy(rectangle);
      case Encoding.tight:
        return this.#tight(rectangle);
      default:
        // Pseudo-rectangles (cursor, keys) show nothing.
        return undefined;
    }
  }

  /** @param colour 0xRRGGBB of the pixel at this place of the rectangle */
  #each(r: Rectangle, colour: (at: number, x: number, y: number) => number): void {
    for (let y = 0; y < r.height; y++) {
      for (let x = 0; x < r.width; x++) {
        const value = colour(y * r.width + x, x, y);
        const to = ((r.y + y) * this.width + r.x + x) * 4;
        this.pixels[to] = value >> 16;
        this.pixels[to + 1] = (value >> 8) & 255;
        this.pixels[to + 2] = value & 255;
      }
    }
  }

  #copy(r: Rectangle): void {
    const view = new DataView(r.data.buffer, r.data.byteOffset);
    const [left, top] = [view.getUint16(0), view.getUint16(2)];
    const before = this.pixels.slice();
    this.#each(r, (_, x, y) => rgb(before, ((top + y) * this.width + left + x) * 4));
  }

  #tight(r: Rectangle): void {
    const { data, width, height } = r;
    if (data[0] === 0x80) return this.#each(r, () => rgb(data, 1));
    if (((data[0] ?? 0) & 0x40) === 0 || data[1] !== 1) throw new RfbError('unknown-encoding', 'no palette in Tight');
    const count = (data[2] ?? 0) + 1;
    const palette = Array.from({ length: count }, (_, index) => rgb(data, 3 + index * 3));
    const stride = count === 2 ? (width + 7) >> 3 : width;
    const rest = data.subarray(3 + count * 3);
    const plain = stride * height < 12 ? rest : inflateSync(rest.subarray(lengthBytes(rest)));
    this.#each(r, (_, x, y) => {
      const byte = plain[y * stride + (count === 2 ? x >> 3 : x)] ?? 0;
      return palette[count === 2 ? (byte >> (7 - (x & 7))) & 1 : byte] ?? 0;
    });
  }
}

/** Three bytes as 0xRRGGBB, read forwards or backwards. */
function rgb(data: ArrayLike<number>, at: number, step: 1 | -1 = 1): number {
  return ((data[at] ?? 0) << 16) | ((data[at + step] ?? 0) << 8) | (data[at + 2 * step] ?? 0);
}

/** How many bytes Tight's length takes: one to three. */
function lengthBytes(data: Uint8Array): number {
  if ((data[0] ?? 0) < 0x80) return 1;
  return (data[1] ?? 0) < 0x80 ? 2 : 3;
}
