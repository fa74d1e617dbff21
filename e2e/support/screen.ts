import { CELL_HEIGHT, CELL_WIDTH, characters, glyphOf } from '../../apps/devcluster/kubevirt/guest/font/glyphs.js';

/** Bitmaps to characters; where two look the same, the first one in the order of characters() counts. */
let known: Map<string, string> | undefined;

function glyphs(): Map<string, string> {
  if (known !== undefined) return known;
  known = new Map();
  for (const char of characters()) {
    const key = keyOf(glyphOf(char));
    if (!known.has(key)) known.set(key, char);
  }
  return known;
}

const keyOf = (rows: Uint16Array): string => rows.join();
const ALL = (1 << CELL_WIDTH) - 1;

/**
 * Reads the text off the guest's screen by comparing each character cell with the font, whatever its two colours are.
 * @param pixels RGBA, four bytes a pixel: an RFB client's framebuffer, a PNG, or getImageData of noVNC's canvas at scale 1
 * @returns a line a row, without the blanks at the ends; U+FFFD stands for a glyph that the font lacks
 */
export function readScreen(pixels: ArrayLike<number>, width: number, height: number): string[] {
  const columns = Math.floor(width / CELL_WIDTH);
  const rows = Math.floor(height / CELL_HEIGHT);
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (_, column) => readCell(pixels, width, column * CELL_WIDTH, row * CELL_HEIGHT))
      .join('')
      .trimEnd(),
  );
}

function readCell(pixels: ArrayLike<number>, width: number, left: number, top: number): string {
  const colour = (x: number, y: number): number => {
    const at = ((top + y) * width + left + x) * 4;
    return ((pixels[at] ?? 0) << 16) | ((pixels[at + 1] ?? 0) << 8) | (pixels[at + 2] ?? 0);
  };
  const ground = colour(0, 0);
  const others = new Set<number>();
  const bits = Uint16Array.from({ length: CELL_HEIGHT }, (_, y) => {
    let row = 0;
    for (let x = 0; x < CELL_WIDTH; x++) {
      const pixel = colour(x, y);
      if (pixel === ground) continue;
      others.add(pixel);
      row |= 1 << (CELL_WIDTH - 1 - x);
    }
    return row;
  });
  if (others.size === 0) return ' ';
  if (others.size > 1) return '\ufffd';
  // The corner may belong to the character itself (a block, a line): then the picture is its negative.
  const negative = bits.map((row) => ~row & ALL);
  return glyphs().get(keyOf(bits)) ?? glyphs().get(keyOf(negative)) ?? '\ufffd';
}
