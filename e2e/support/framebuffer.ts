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
        return this.#each(rectangle, (at) => {
          const [b = 0, g = 0, r = 0] = rectangle.data.subarray(at * 4, at * 4 + 3);
          return [r, g, b];
        });
      case Encoding.copyRect:
        return this.#copy(rectangle);
      case Encoding.tight:
        return this.#tight(rectangle);
      default:
        // Pseudo-rectangles (cursor, keys) show nothing.
        return undefined;
    }
  }

  #each(r: Rectangle, colour: (at: number) => readonly number[]): void {
    for (let at = 0; at < r.width * r.height; at++) {
      const x = r.x + (at % r.width);
      const y = r.y + Math.floor(at / r.width);
      this.pixels.set(colour(at).slice(0, 3), (y * this.width + x) * 4);
    }
  }

  #copy(r: Rectangle): void {
    const view = new DataView(r.data.buffer, r.data.byteOffset);
    const [left, top] = [view.getUint16(0), view.getUint16(2)];
    const before = this.pixels.slice();
    this.#each(r, (at) => {
      const from = ((top + Math.floor(at / r.width)) * this.width + left + (at % r.width)) * 4;
      return [...before.subarray(from, from + 3)];
    });
  }

  #tight(r: Rectangle): void {
    const { data, width, height } = r;
    if (data[0] === 0x80) return this.#each(r, () => [...data.subarray(1, 4)]);
    if (((data[0] ?? 0) & 0x40) === 0 || data[1] !== 1) throw new RfbError('unknown-encoding', 'no palette in Tight');
    const count = (data[2] ?? 0) + 1;
    const palette = Array.from({ length: count }, (_, index) => [...data.subarray(3 + index * 3, 6 + index * 3)]);
    const stride = count === 2 ? (width + 7) >> 3 : width;
    const rest = data.subarray(3 + count * 3);
    const plain = stride * height < 12 ? rest : inflateSync(rest.subarray(lengthBytes(rest)));
    this.#each(r, (at) => {
      const [x, y] = [at % width, Math.floor(at / width)];
      const byte = plain[y * stride + (count === 2 ? x >> 3 : x)] ?? 0;
      return palette[count === 2 ? (byte >> (7 - (x & 7))) & 1 : byte] ?? [0, 0, 0];
    });
  }
}

/** How many bytes Tight's length takes: one to three. */
function lengthBytes(data: Uint8Array): number {
  if ((data[0] ?? 0) < 0x80) return 1;
  return (data[1] ?? 0) < 0x80 ? 2 : 3;
}
