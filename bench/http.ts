/**
 * What the gateway adds to requests: `npm run build`, then
 *
 *     npm run bench:http -- [--short] [--against NAME=URL --token JWT --pid PID]
 *
 * The same requests go to an upstream stub directly, through the gateway, and through any other gateway that speaks /k8s.
 */
import { PATHS } from './stubs/answers.ts';
import { runBench } from './lib/bench.ts';
import { COMPARING } from './lib/options.ts';
import { Cluster } from './lib/cluster.ts';
import { cpuWatch } from './lib/measured.ts';
import { type Load, run } from './lib/load.ts';
import { type Readings } from './lib/rounds.ts';
import { direct, other, ours, type Side } from './lib/sides.ts';

interface Figure {
  readonly name: string;
  readonly path: string;
  readonly connections: number;
  readonly rest?: Partial<Load>;
}

const FIGURES: readonly Figure[] = [
  { name: 'GET 206 B, c=64', path: PATHS.small, connections: 64 },
  { name: 'GET 206 B, c=1', path: PATHS.small, connections: 1 },
  { name: 'GET 200 kB, c=64', path: PATHS.medium, connections: 64 },
  { name: 'GET 10 MB, c=8', path: PATHS.large, connections: 8 },
  { name: 'POST 2 kB, c=64', path: PATHS.create, connections: 64, rest: { method: 'POST', body: 'x'.repeat(2000) } },
  { name: 'watch start, c=8', path: PATHS.watch, connections: 8, rest: { until: 'first bytes' } },
];

/** Rates, times, and what a request costs the process. */
async function look(side: Side, { path, connections, rest }: Figure, seconds: number): Promise<Readings> {
  const cpu = cpuWatch(side.process);
  const url = `${side.base}${path}`;
  const { headers } = side;
  const loaded = await run({ url, headers, method: 'GET', connections, seconds, until: 'end', ...rest });
  return {
    'req/s': loaded.requests / loaded.seconds,
    'p50 ms': loaded.p50,
    'p99 ms': loaded.p99,
    'CPU us': (cpu() / loaded.requests) * 1e6,
  };
}

async function memory({ process }: Side): Promise<Readings> {
  return { MB: (process?.residentBytes() ?? NaN) / 1e6 };
}

await runBench('http', COMPARING, async (bench) => {
  const cluster = await bench.start(Cluster.start());
  const gateway = await bench.gateway(cluster);
  const { status } = await cluster.grant({ urls: [`${PATHS.create}*`], verbs: ['get', 'post'] });
  const sides = [direct(cluster), ours(gateway, status?.token ?? ''), ...bench.options.others.map(other)];
  const gateways = sides.slice(1);
  await bench.once('memory at start', gateways, memory);
  for (const figure of FIGURES) {
    await bench.compare(figure.name, sides, (side) => look(side, figure, bench.options.seconds));
  }
  await bench.once('memory after load', gateways, memory);
});
