import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import opentype, { type Command, type Font, type Glyph as OpentypeGlyph } from 'opentype.js';

/** Size of a character in pixels: 80 x 25 of them make 800 x 600. */
export const CELL_WIDTH = 10;
export const CELL_HEIGHT = 24;

/** One character as bits: a number a row from the top, the leftmost pixel in bit CELL_WIDTH - 1. */
export type Glyph = Uint16Array;

/** VT323 is drawn on scan lines of 80 units: at 40 units a pixel every line is two pixels and nothing is blurred. */
const UNITS_PER_PIXEL = 40;
const BASELINE = 19;
/** What stands for a character that the font lacks. */
const UNKNOWN = '?';

let font: Font | undefined;
const cache = new Map<string, Glyph>();

/** The bitmap of one character (a code point). */
export function glyphOf(char: string): Glyph {
  const known = cache.get(char);
  if (known !== undefined) return known;
  const glyph = outline(char) ?? glyphOf(UNKNOWN);
  cache.set(char, glyph);
  return glyph;
}

/** Every character that has a bitmap of its own, ASCII first. */
export function characters(): string[] {
  const latin = Array.from({ length: 0x17f - 0x20 }, (_, index) => String.fromCodePoint(0x21 + index));
  const inFont = latin.filter((char) => fontGlyph(char) !== undefined);
  return [...inFont, ...'‘’“”–—…€™•'];
}

function loadFont(): Font {
  const file = createRequire(import.meta.url).resolve('@fontsource/vt323/files/vt323-latin-400-normal.woff');
  const bytes = readFileSync(file);
  return opentype.parse(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}

function fontGlyph(char: string): OpentypeGlyph | undefined {
  font ??= loadFont();
  const glyph = font.charToGlyph(char);
  // Glyph 0 is .notdef.
  return glyph.index === 0 ? undefined : glyph;
}

function outline(char: string): Glyph | undefined {
  const glyph = fontGlyph(char);
  return glyph === undefined ? undefined : rasterise(contours(glyph.path.commands));
}

type Point = readonly [x: number, y: number];

/** Closed polygons in font units. The font's curves bulge by a tenth of a pixel: their chords are exact enough. */
function contours(commands: readonly Command[]): Point[][] {
  const all: Point[][] = [];
  for (const { type, x, y } of commands) {
    if (type === 'Z' || x === undefined || y === undefined) continue;
    if (type === 'M') all.push([]);
    all.at(-1)?.push([x, y]);
  }
  return all;
}

/** A pixel is set when its centre is inside (non-zero winding), so edges stay sharp. */
function rasterise(polygons: readonly Point[][]): Glyph {
  return Uint16Array.from({ length: CELL_HEIGHT }, (_, row) => {
    const crossings = crossingsAt(polygons, (BASELINE - row - 0.5) * UNITS_PER_PIXEL);
    let bits = 0;
    for (let column = 0; column < CELL_WIDTH; column++) {
      const x = (column + 0.5) * UNITS_PER_PIXEL;
      const winding = crossings.reduce((sum, crossing) => (crossing.x > x ? sum + crossing.turn : sum), 0);
      if (winding !== 0) bits |= 1 << (CELL_WIDTH - 1 - column);
    }
    return bits;
  });
}

/** Where edges cross the horizontal line at `y`, and whether they go up (1) or down (-1). */
function crossingsAt(polygons: readonly Point[][], y: number): { x: number; turn: 1 | -1 }[] {
  return polygons.flatMap((polygon) =>
    polygon.flatMap(([x2, y2], index) => {
      const [x1, y1] = polygon.at(index - 1) ?? [x2, y2];
      if (y1 <= y === y2 <= y) return [];
      return [{ x: x1 + ((y - y1) / (y2 - y1)) * (x2 - x1), turn: y2 > y1 ? 1 : -1 } as const];
    }),
  );
}
