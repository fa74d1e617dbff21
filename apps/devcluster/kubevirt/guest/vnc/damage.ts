import { type Area, COLUMNS, ROWS } from '../screen/screen.js';

export const WHOLE: Area = Object.freeze({ left: 0, top: 0, right: COLUMNS, bottom: ROWS });

/** Which cells one viewer has not seen as they are now. */
export class Damage {
  readonly #dirty = new Uint8Array(COLUMNS * ROWS);

  mark(cells: readonly number[]): void {
    for (const cell of cells) this.#dirty[cell] = 1;
  }

  markArea({ left, top, right, bottom }: Area): void {
    for (let row = top; row < bottom; row++) this.#dirty.fill(1, row * COLUMNS + left, row * COLUMNS + right);
  }

  /** Takes the damage within an area as few rectangles: a span a row, equal spans of neighbouring rows joined. */
  take({ left, top, right, bottom }: Area): Area[] {
    const areas: Area[] = [];
    for (let row = top; row < bottom; row++) {
      const span = this.#dirty.subarray(row * COLUMNS + left, row * COLUMNS + right);
      const first = span.indexOf(1);
      if (first < 0) continue;
      const area = { left: left + first, right: left + span.lastIndexOf(1) + 1, top: row, bottom: row + 1 };
      span.fill(0);
      const above = areas.at(-1);
      if (above?.bottom === row && above.left === area.left && above.right === area.right) above.bottom++;
      else areas.push(area);
    }
    return areas;
  }
}
