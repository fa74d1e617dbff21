import { type Options, readOptions, USAGE } from './options.ts';
import { save, tableOf } from './report.ts';
import { inTurn, type Look, type Named, paired, type Row } from './rounds.ts';

interface Stoppable {
  stop(): Promise<void>;
}

/** One run of one bench: what it started, and the rows so far. */
export class Bench {
  readonly options: Options;
  readonly rows: Row[] = [];
  readonly #started: Stoppable[] = [];

  constructor(options: Options) {
    this.options = options;
  }

  /** @returns what was started; it is stopped at the end, the last one first */
  async start<T extends Stoppable>(starting: Promise<T>): Promise<T> {
    const started = await starting;
    this.#started.push(started);
    return started;
  }

  /** Measures all sides in paired rounds, unless --only asks for other figures. */
  async compare<S extends Named>(figure: string, sides: readonly S[], look: Look<S>): Promise<void> {
    if (!figure.includes(this.options.only)) return;
    console.error(`measuring ${figure} …`);
    this.rows.push(...(await paired(figure, sides, this.options.rounds, look)));
  }

  /** One look at each side, without rounds: for what cannot be had again, such as the memory of a process that is still young. */
  async once<S extends Named>(figure: string, sides: readonly S[], look: Look<S>): Promise<void> {
    if (figure.includes(this.options.only)) this.rows.push(...(await inTurn(figure, sides, 1, look)));
  }

  /** A row that was calculated. @param values by column */
  note(figure: string, reading: string, values: Readonly<Record<string, number>>): void {
    this.rows.push({ figure, reading, values, ratios: {}, rounds: {} });
  }

  async end(): Promise<void> {
    for (const one of this.#started.reverse()) await one.stop();
  }
}

/**
 * Runs a bench with the options of the command line; prints its table, and the path of the file with every round.
 * @param name of `npm run bench:NAME`
 */
export async function runBench(name: string, measure: (bench: Bench) => Promise<void>): Promise<void> {
  // Each program and each folder of a run has one that ends it.
  process.setMaxListeners(0);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  const bench = new Bench(optionsOrExit());
  const started = new Date();
  try {
    await measure(bench);
  } catch (error) {
    console.error(error);
    // What else is going on would fail too, once the programs that it uses are stopped.
    process.exit(1);
  }
  await bench.end();
  console.log(`${tableOf(bench.rows)}\n\n${save(name, bench.rows, bench.options, started)}`);
}

function optionsOrExit(): Options {
  try {
    return readOptions(process.argv.slice(2));
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
    process.exit(2);
  }
}
