/** Lines, which the font lacks. Drawn on the cell itself so that neighbours join: strokes from the middle to each side named. */
const STROKES: Readonly<Record<string, string>> = {
  '─': 'lr',
  '│': 'ud',
  '┌': 'rd',
  '┐': 'ld',
  '└': 'ur',
  '┘': 'ul',
};

export const DRAWN = Object.keys(STROKES);

const WIDTH = 10;
const HEIGHT = 24;

/** @returns undefined for a character that is no line */
export function drawnGlyph(char: string): Uint16Array | undefined {
  const strokes = STROKES[char];
  if (strokes === undefined) return undefined;
  return Uint16Array.from({ length: HEIGHT }, (_, y) => {
    let bits = 0;
    for (let x = 0; x < WIDTH; x++) {
      if ([...strokes].some((side) => onStroke(side, x, y))) bits |= 1 << (WIDTH - 1 - x);
    }
    return bits;
  });
}

function onStroke(side: string, x: number, y: number): boolean {
  const across = y === 11 || y === 12;
  const along = x === 4 || x === 5;
  if (side === 'l') return across && x <= 5;
  if (side === 'r') return across && x >= 4;
  if (side === 'u') return along && y <= 12;
  return along && y >= 11;
}
