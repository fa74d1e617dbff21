/**
 * What the gateway adds to consoles: `npm run build`, then
 *
 *     npm run bench:tunnel -- [--short] [--against NAME=URL --token JWT --pid PID]
 *
 * The same consoles are opened to the guests of an upstream stub directly, through the gateway with a view-only link and
 * with one that is not, and through any other gateway that speaks /k8s.
 */
import { runBench } from './lib/bench.ts';
import { COMPARING } from './lib/options.ts';
import { Cluster } from './lib/cluster.ts';
import { cpuWatch } from './lib/measured.ts';
import { type Readings } from './lib/rounds.ts';
import { direct, other, ours, type Side } from './lib/sides.ts';
import { type Console, Viewers } from './lib/viewers.ts';

const VMS = '/apis/subresources.kubevirt.io/v1/namespaces/ns/virtualmachineinstances';
const AT_ONCE = 8;
/** Of the time of a round: what waits in buffers comes first. */
const LEAD = 0.3;
const KINDS = { VNC: 'vnc', serial: 'console' } as const;
type Kind = keyof typeof KINDS;

/** @param guests how the names of the VMs begin, which says what their guests do */
function consolesOf({ base, headers }: Side, kind: Kind, guests: 'echo' | 'stream', count: number): Console[] {
  const url = (at: number): string => `${base}${VMS}/${guests}-${at}/${KINDS[kind]}`;
  return Array.from({ length: count }, (_, at) => ({ url: url(at), headers, isScreen: kind === 'VNC' }));
}

async function echo(viewers: Viewers, side: Side, kind: Kind, seconds: number): Promise<Readings> {
  await viewers.open(consolesOf(side, kind, 'echo', 1), 1);
  const cpu = cpuWatch(side.process);
  const { echoes, p50, p99 } = await viewers.echo(seconds);
  const readings = { 'p50 ms': p50, 'p99 ms': p99, 'CPU us': cpu() / (echoes / 1e6) };
  await close(viewers, side);
  return readings;
}

async function streams(viewers: Viewers, side: Side, consoles: Console[], time: number): Promise<Readings> {
  await viewers.open(consoles, AT_ONCE);
  await viewers.flow();
  await viewers.read(time * LEAD);
  const cpu = cpuWatch(side.process);
  const { bytes, seconds } = await viewers.read(time);
  const readings = { 'MB/s': bytes / 1e6 / seconds, 'CPU s/GB': cpu() / (bytes / 1e9) };
  await viewers.leave();
  await side.process?.settled();
  return readings;
}

/** CPU until the screens are there, and until all of it is put away again. */
async function opening(viewers: Viewers, side: Side, count: number): Promise<Readings> {
  const cpu = cpuWatch(side.process);
  const { seconds } = await viewers.open(consolesOf(side, 'VNC', 'echo', count), AT_ONCE);
  const toOpen = cpu();
  await close(viewers, side);
  return {
    'opens/s': count / seconds,
    'CPU ms': toOpen / (count / 1000),
    'CPU ms, end included': cpu() / (count / 1000),
  };
}

/** What each idle console takes, as their number grows. @param counts of all that are open, ascending; the first is to warm up */
async function memory(viewers: Viewers, side: Side, counts: readonly number[]): Promise<Readings> {
  const readings: Record<string, number> = {};
  let [before, resident] = [0, NaN];
  for (const count of counts) {
    await viewers.open(consolesOf(side, 'VNC', 'echo', count).slice(before), AT_ONCE);
    await side.process?.settled();
    const now = side.process?.residentBytes() ?? NaN;
    readings[`kB per console, ${before} to ${count}`] = (now - resident) / 1000 / (count - before);
    [before, resident] = [count, now];
  }
  await close(viewers, side);
  return readings;
}

/** What consoles leave behind is put away before the next side has its turn. */
async function close(viewers: Viewers, side: Side): Promise<void> {
  await viewers.close();
  await side.process?.settled();
}

await runBench('tunnel', COMPARING, async (bench) => {
  const { others, seconds, short } = bench.options;
  const [opened, streamed] = short ? [20, 20] : [100, 100];
  const idle = short ? [20, 120] : [100, 1000, 2000];
  const cluster = await bench.start(Cluster.start());
  for (let at = 0; at < Math.max(...idle); at++) await cluster.startVm(`echo-${at}`);
  for (let at = 0; at < streamed; at++) await cluster.startVm(`stream-${at}`);
  const gateway = await bench.gateway(cluster);
  const token = async (viewOnly: boolean): Promise<string> => {
    const { status } = await cluster.grant({ urls: [`${VMS}/*`], 'view-only': viewOnly });
    return status?.token ?? '';
  };
  const own = ours(gateway, await token(false));
  const viewOnly = { ...ours(gateway, await token(true)), name: 'view-only' };
  const all = [direct(cluster), own, ...(short ? [] : [viewOnly]), ...others.map(other)];
  const viewers = await bench.start(Viewers.start());

  await bench.once('VNC, idle', [own, ...others.map(other)], (side) => memory(viewers, side, idle));
  await bench.compare('VNC, opening', all, (side) => opening(viewers, side, opened));
  for (const kind of ['VNC', 'serial'] as const) {
    // Nobody can type on a view-only serial line.
    const typing = kind === 'VNC' ? all : all.filter((side) => side !== viewOnly);
    await bench.compare(`${kind}, echo of 64 B`, typing, (side) => echo(viewers, side, kind, seconds));
    for (const count of [1, streamed]) {
      await bench.compare(`${kind}, ${count} ${count === 1 ? 'stream' : 'streams'}`, all, (side) =>
        streams(viewers, side, consolesOf(side, kind, 'stream', count), seconds),
      );
    }
  }
});
