import { Encoding, type PixelFormat, rawRectangle, type Rectangle } from '#libs/rfb';

/** The arrow, `#` outline and `.` fill: viewers draw it themselves. */
const ARROW = [
  '#           ',
  '##          ',
  '#.#         ',
  '#..#        ',
  '#...#       ',
  '#....#      ',
  '#.....#     ',
  '#......#    ',
  '#.......#   ',
  '#........#  ',
  '#.....##### ',
  '#..#..#     ',
  '#.# #..#    ',
  '##  #..#    ',
  '#    #..#   ',
  '     ####   ',
];

const COLOURS: Readonly<Record<string, number>> = { ' ': 0, '#': 1, '.': 2 };

/** Cursor pseudo-rectangle: the pointer's picture and mask, hot spot at its tip. */
export function pointerRectangle(format: PixelFormat): Rectangle {
  const [width, height] = [12, ARROW.length];
  const pixels = Uint8Array.from(ARROW.join(''), (char) => COLOURS[char] ?? 0);
  const image = rawRectangle(0, 0, { width, height, pixels, palette: [0, 0x10141c, 0xffffff] }, format);
  const mask = new Uint8Array(2 * height);
  pixels.forEach((pixel, at) => {
    const [x, y] = [at % width, Math.floor(at / width)];
    if (pixel !== 0) mask[y * 2 + (x >> 3)] = (mask[y * 2 + (x >> 3)] ?? 0) | (0x80 >> (x & 7));
  });
  const data = new Uint8Array(image.data.length + mask.length);
  data.set(image.data);
  data.set(mask, image.data.length);
  return { ...image, encoding: Encoding.cursor, data };
}
