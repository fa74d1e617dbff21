import { constants } from 'node:zlib';
import { PNG } from 'pngjs';
import { type IndexedImage } from '#libs/rfb';

/** A picture as PNG, true colour. */
export function encodePng({ width, height, pixels, palette }: IndexedImage): Uint8Array {
  const png = new PNG({ width, height, colorType: 2 });
  pixels.forEach((index, at) => {
    const colour = palette[index] ?? 0;
    png.data.writeUInt32BE(((colour << 8) | 0xff) >>> 0, at * 4);
  });
  // Rows of text repeat: no filter and little effort give nearly the smallest file, but the package's own strategy, run
  // lengths alone, does not see it.
  const deflateStrategy = constants.Z_DEFAULT_STRATEGY;
  return PNG.sync.write(png, { colorType: 2, filterType: 0, deflateLevel: 4, deflateStrategy });
}
