/**
 * Whether what a request costs depends on how many grants there are, and how much one grant lists: `npm run build`, then
 *
 *     npm run bench:growth -- [--short]
 *
 * Each request comes with the next grant, so that all of them are in use. The ratio of `ours` is that of the largest.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runBench, type Bench } from './lib/bench.ts';
import { Cluster } from './lib/cluster.ts';
import { run } from './lib/load.ts';
import { cpuWatch } from './lib/measured.ts';
import { type Readings } from './lib/rounds.ts';
import { type Side } from './lib/sides.ts';
import { PATHS } from './stubs/answers.ts';

const CONNECTIONS = 64;
const AT_ONCE = 64;

interface Population {
  readonly name: string;
  readonly grants: number;
  /** Of each grant; the one that the requests are for is the last. */
  readonly urls: number;
}

/** A gateway with its own cluster. */
interface Grown extends Side {
  readonly cookies: string;
}

const FEW = 10;
const by = (short: boolean): readonly (readonly [string, readonly Population[]])[] => {
  const many = short ? 1000 : 10_000;
  return [
    ['live grants', [named(FEW, 1), { ...named(many, 1), name: 'ours' }]],
    ['urls in a grant', [named(FEW, 1), { ...named(FEW, 500), name: 'ours' }]],
  ];
};

function named(grants: number, urls: number): Population {
  return { name: `${grants} grants of ${urls} url`, grants, urls };
}

async function grown(bench: Bench, { name, grants, urls }: Population): Promise<Grown> {
  const cluster = await bench.start(Cluster.start());
  // Short: a JWT holds no more than 12 kB.
  const others = Array.from({ length: urls - 1 }, (_, at) => `/api/v1/x/${at}`);
  const tokens: string[] = [];
  const worker = async (): Promise<void> => {
    while (tokens.length < grants) {
      const at = tokens.push('') - 1;
      const { status } = await cluster.grant({ urls: [...others, PATHS.small] });
      tokens[at] = `kg-jwt-session-code=${status?.token ?? ''}`;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  const gateway = await bench.gateway(cluster);
  const dir = mkdtempSync(join(tmpdir(), 'kube-gateway-bench-'));
  process.once('exit', () => rmSync(dir, { recursive: true }));
  const cookies = join(dir, 'cookies');
  writeFileSync(cookies, tokens.join('\n'));
  return { name, base: `${gateway.url}/k8s`, headers: {}, process: gateway.program, cookies };
}

async function look({ base, cookies, process }: Grown, seconds: number): Promise<Readings> {
  const cpu = cpuWatch(process);
  const url = `${base}${PATHS.small}`;
  const load = { url, method: 'GET', headers: {}, cookies, connections: CONNECTIONS, seconds, until: 'end' } as const;
  const { requests, p50 } = await run(load);
  return { 'CPU us': (cpu() / requests) * 1e6, 'p50 ms': p50 };
}

await runBench('growth', ['seconds', 'rounds', 'short', 'only', 'cpu-prof'], async (bench) => {
  for (const [figure, populations] of by(bench.options.short)) {
    if (!figure.includes(bench.options.only)) continue;
    const sides: Grown[] = [];
    for (const population of populations) sides.push(await grown(bench, population));
    // The first requests check signatures and write that the grant is used: once for each grant, and once a minute.
    for (const side of sides) await look(side, bench.options.short ? 2 : 8);
    await bench.compare(figure, sides, (side) => look(side, bench.options.seconds));
    await bench.once(`memory, ${figure}`, sides, async ({ process }) => ({
      MB: (process?.residentBytes() ?? NaN) / 1e6,
    }));
  }
});
