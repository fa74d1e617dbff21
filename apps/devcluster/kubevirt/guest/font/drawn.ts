/**
 * Lines and blocks, which the font lacks. Drawn on the cell itself so that neighbours join. A stroke goes from the
 * middle to each side that is named.
 */
const STROKES: Readonly<Record<string, string>> = {
  '─': 'lr',
  '│': 'ud',
  '┌': 'rd',
  '┐': 'ld',
  '└': 'ur',
  '┘': 'ul',
  '├': 'udr',
  '┤': 'udl',
  '┬': 'lrd',
  '┴': 'lru',
  '┼': 'lrud',
};

/** Blocks as [first row, end row, first column, end column] of a cell of 24 x 10. */
const BLOCKS: Readonly<Record<string, readonly [number, number, number, number]>> = {
  '█': [0, 24, 0, 10],
  '▀': [0, 12, 0, 10],
  '▄': [12, 24, 0, 10],
  '▌': [0, 24, 0, 5],
  '▐': [0, 24, 5, 10],
  '■': [8, 18, 1, 9],
};

export const DRAWN = [...Object.keys(STROKES), ...Object.keys(BLOCKS)];

const WIDTH = 10;
const HEIGHT = 24;

export function drawnGlyph(char: string): Uint16Array | undefined {
  const strokes = STROKES[char];
  if (strokes !== undefined) return paint((x, y) => [...strokes].some((side) => onStroke(side, x, y)));
  const block = BLOCKS[char];
  if (block === undefined) return undefined;
  const [top, bottom, left, right] = block;
  return paint((x, y) => y >= top && y < bottom && x >= left && x < right);
}

function onStroke(side: string, x: number, y: number): boolean {
  const across = y === 11 || y === 12;
  const along = x === 4 || x === 5;
  if (side === 'l') return across && x <= 5;
  if (side === 'r') return across && x >= 4;
  if (side === 'u') return along && y <= 12;
  return along && y >= 11;
}

function paint(set: (x: number, y: number) => boolean): Uint16Array {
  return Uint16Array.from({ length: HEIGHT }, (_, y) => {
    let bits = 0;
    for (let x = 0; x < WIDTH; x++) if (set(x, y)) bits |= 1 << (WIDTH - 1 - x);
    return bits;
  });
}
