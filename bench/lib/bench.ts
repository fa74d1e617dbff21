import { mkdirSync } from 'node:fs';
import { type Cluster } from './cluster.ts';
import { Gateway } from './gateway.ts';
import { type OptionName, type Options, readOptions, usageOf } from './options.ts';
import { RESULTS, save, tableOf } from './report.ts';
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

  /** A gateway in front of a cluster. @param env settings beyond those that it needs */
  gateway(cluster: Cluster, env: Record<string, string> = {}): Promise<Gateway> {
    const profiled = this.options.cpuProfile ? ['--cpu-prof', `--cpu-prof-dir=${RESULTS}`] : [];
    return this.start(Gateway.start(cluster, env, profiled));
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
 * @param takes its options
 */
export async function runBench(
  name: string,
  takes: readonly OptionName[],
  measure: (bench: Bench) => Promise<void>,
): Promise<void> {
  // Each started program and temporary folder adds an exit listener.
  process.setMaxListeners(0);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  const bench = new Bench(optionsOrExit(takes));
  mkdirSync(RESULTS, { recursive: true });
  const started = new Date();
  try {
    await measure(bench);
  } catch (error) {
    console.error(error);
    // Running loads would fail anyway once their programs stop.
    process.exit(1);
  }
  await bench.end();
  console.log(`${tableOf(bench.rows)}\n\n${save(name, bench.rows, bench.options, started)}`);
}

function optionsOrExit(takes: readonly OptionName[]): Options {
  try {
    return readOptions(process.argv.slice(2), takes);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n${usageOf(takes)}`);
    process.exit(2);
  }
}
