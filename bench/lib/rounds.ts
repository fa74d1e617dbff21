import { median, ratio, rounded } from './statistics.ts';

/** What one look at one side says: `req/s`, `p99 ms`. */
export type Readings = Readonly<Record<string, number>>;

/** One line of the table: a reading of each side, and how many times it is of ours. */
export interface Row {
  readonly figure: string;
  readonly reading: string;
  /** Medians by side. */
  readonly values: Readonly<Record<string, number>>;
  /** Ours divided by that side, by side: the median of the ratios of the rounds. */
  readonly ratios: Readonly<Record<string, number>>;
  /** Every round, by side. */
  readonly rounds: Readonly<Record<string, readonly number[]>>;
}

/** A side, or whatever else is compared. */
export interface Named {
  readonly name: string;
}

export type Look<S> = (side: S) => Promise<Readings>;

/** Warms each side up by a look that is not counted, then looks at all sides in turn. */
export async function paired<S extends Named>(
  figure: string,
  sides: readonly S[],
  rounds: number,
  look: Look<S>,
): Promise<Row[]> {
  for (const side of sides) await look(side);
  return inTurn(figure, sides, rounds, look);
}

/** Looks at all sides in turn, A B A B, so that what slows the machine down for a while slows them all. NaN is left out. */
export async function inTurn<S extends Named>(
  figure: string,
  sides: readonly S[],
  rounds: number,
  look: Look<S>,
): Promise<Row[]> {
  const seen = new Map<string, Map<string, number[]>>();
  for (let round = 0; round < rounds; round++) {
    for (const side of sides) {
      for (const [reading, value] of Object.entries(await look(side))) {
        if (Number.isNaN(value)) continue;
        const bySide = seen.get(reading) ?? new Map<string, number[]>();
        bySide.set(side.name, [...(bySide.get(side.name) ?? []), value]);
        seen.set(reading, bySide);
      }
    }
  }
  return [...seen].map(([reading, bySide]) => rowOf(figure, reading, bySide));
}

/** @param bySide every round of a reading, by the names of the sides; `ours` is compared with each other one */
export function rowOf(figure: string, reading: string, bySide: ReadonlyMap<string, readonly number[]>): Row {
  const ours = bySide.get('ours');
  const others = [...bySide].filter(([name]) => name !== 'ours');
  return {
    figure,
    reading,
    values: Object.fromEntries([...bySide].map(([name, values]) => [name, rounded(median(values))])),
    ratios: Object.fromEntries(ours ? others.map(([name, values]) => [name, rounded(ratio(ours, values))]) : []),
    rounds: Object.fromEntries(bySide),
  };
}
