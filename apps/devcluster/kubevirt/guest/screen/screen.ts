import xterm, { type IBufferCell, type Terminal } from '@xterm/headless';
import { type IndexedImage } from '#libs/rfb';
import { CELL_HEIGHT, CELL_WIDTH, glyphOf } from '../font/glyphs.js';
import { BACKGROUND, FOREGROUND, PALETTE } from './palette.js';

export const COLUMNS = 80;
export const ROWS = 25;
export const WIDTH = COLUMNS * CELL_WIDTH;
export const HEIGHT = ROWS * CELL_HEIGHT;

/** A part of the screen in characters; ends are not included. */
export interface Area {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** Told of the cells (row * COLUMNS + column) that look different now. */
export type DamageListener = (cells: readonly number[]) => void;

/**
 * The text screen: what was written is interpreted as a terminal does, compared with what was shown before, and drawn
 * only when a viewer asks for pixels.
 */
export class Screen {
  readonly #terminal: Terminal = new xterm.Terminal({
    cols: COLUMNS,
    rows: ROWS,
    scrollback: 0,
    allowProposedApi: true,
  });
  readonly #chars: string[] = new Array<string>(COLUMNS * ROWS).fill(' ');
  /** Foreground in the low byte, background in the high one. */
  readonly #colours = new Uint16Array(COLUMNS * ROWS).fill(FOREGROUND | (BACKGROUND << 8));
  readonly #listeners = new Set<DamageListener>();
  readonly #unsettled = new Set<() => void>();
  #disposed = false;
  #written: Promise<void> = Promise.resolve();

  /** Writes terminal output; damage is reported when it has been interpreted. */
  write(text: string): void {
    this.#written = new Promise((resolve) => {
      this.#unsettled.add(resolve);
      this.#terminal.write(text, () => {
        this.#compare();
        this.#unsettled.delete(resolve);
        resolve();
      });
    });
  }

  /** Resolves once everything that was written so far is on the screen, or the screen is gone. */
  settled(): Promise<void> {
    return this.#written;
  }

  onDamage(listener: DamageListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The text, a line a row, without the blanks at the ends. */
  text(): string[] {
    return Array.from({ length: ROWS }, (_, row) =>
      this.#chars
        .slice(row * COLUMNS, (row + 1) * COLUMNS)
        .join('')
        .trimEnd(),
    );
  }

  dispose(): void {
    this.#disposed = true;
    this.#listeners.clear();
    this.#terminal.dispose();
    for (const resolve of this.#unsettled) resolve();
    this.#unsettled.clear();
  }

  /** The pixels of an area. */
  draw({ left, top, right, bottom }: Area): IndexedImage {
    const width = (right - left) * CELL_WIDTH;
    const height = (bottom - top) * CELL_HEIGHT;
    const pixels = new Uint8Array(width * height);
    for (let row = top; row < bottom; row++) {
      for (let column = left; column < right; column++) {
        const origin = (row - top) * CELL_HEIGHT * width + (column - left) * CELL_WIDTH;
        this.#drawCell(row * COLUMNS + column, pixels, origin, width);
      }
    }
    return { width, height, pixels, palette: PALETTE };
  }

  #drawCell(cell: number, pixels: Uint8Array, origin: number, width: number): void {
    const glyph = glyphOf(this.#chars[cell] ?? ' ');
    const colours = this.#colours[cell] ?? 0;
    const [foreground, background] = [colours & 255, colours >> 8];
    for (let y = 0; y < CELL_HEIGHT; y++) {
      const bits = glyph[y] ?? 0;
      for (let x = 0; x < CELL_WIDTH; x++) {
        pixels[origin + y * width + x] = bits & (1 << (CELL_WIDTH - 1 - x)) ? foreground : background;
      }
    }
  }

  #compare(): void {
    if (this.#disposed) return;
    const buffer = this.#terminal.buffer.active;
    const cursor = buffer.cursorY * COLUMNS + Math.min(buffer.cursorX, COLUMNS - 1);
    const damaged: number[] = [];
    let reused: IBufferCell | undefined;
    for (let row = 0; row < ROWS; row++) {
      const line = buffer.getLine(buffer.baseY + row);
      for (let column = 0; column < COLUMNS; column++) {
        const at = row * COLUMNS + column;
        reused = line?.getCell(column, reused);
        const char = reused?.getChars() || ' ';
        const colours = coloursOf(reused, at === cursor);
        if (this.#chars[at] === char && this.#colours[at] === colours) continue;
        this.#chars[at] = char;
        this.#colours[at] = colours;
        damaged.push(at);
      }
    }
    if (damaged.length > 0) for (const listener of [...this.#listeners]) listener(damaged);
  }
}

/** The cursor is a block: the cell's colours the other way round. */
function coloursOf(cell: IBufferCell | undefined, cursor: boolean): number {
  if (cell === undefined) return FOREGROUND | (BACKGROUND << 8);
  let foreground = cell.isFgDefault() ? FOREGROUND : cell.getFgColor();
  const background = cell.isBgDefault() ? BACKGROUND : cell.getBgColor();
  if (cell.isBold() && foreground < 8) foreground += 8;
  const inverse = cursor !== Boolean(cell.isInverse());
  return inverse ? background | (foreground << 8) : foreground | (background << 8);
}
