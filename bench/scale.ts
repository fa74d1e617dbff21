/**
 * What more and more grants ask of etcd, the API server and the gateways, and which of them gives up first: `npm run build`,
 * then
 *
 *     npm run bench:scale
 *
 * The costs of one grant and one console are measured here, on a gateway in front of the upstream stub; how they add up is
 * calculated (lib/scale.ts). docs/performance.md says where the limits are from.
 */
import { runBench, type Bench } from './lib/bench.ts';
import { Cluster } from './lib/cluster.ts';
import { type Costs, type Demands, demandsOf, firstBroken, type Limits, type Use } from './lib/scale.ts';
import { ours } from './lib/sides.ts';
import { rounded } from './lib/statistics.ts';
import { type Console, Viewers } from './lib/viewers.ts';

const USE: Use = { lifetime: 8 * 3600, consolesPerGrant: 2, consoleSeconds: 1800, peak: 3, replicas: 2 };
const LIMITS: Limits = {
  writes: { most: 2000, words: 'writes to etcd' },
  database: { most: 8e9, words: "etcd's database" },
  kind: { most: 800e6, words: 'bytes of one kind' },
  eventBytes: { most: 500e6, words: "the API server's network" },
  gatewayBytes: { most: 1e9, words: 'memory of a gateway' },
  gatewayStart: { most: 60, words: 'start of a gateway' },
  gatewayCores: { most: 1, words: 'CPU of a gateway' },
};
/** What the table calls the demands, and in which unit. */
const SHOWN: Record<keyof Demands, readonly [string, number]> = {
  consoles: ['open consoles', 1],
  writes: ['writes/s', 1],
  kind: ['GateTokens, MB', 1e6],
  database: ['database, MB', 1e6],
  events: ['watch events/s', 1],
  eventBytes: ['watch MB/s', 1e6],
  gatewayBytes: ['gateway, MB', 1e6],
  gatewayStart: ['gateway start, s', 1],
  gatewayCores: ['gateway, cores', 1],
};
const POPULATIONS = [1e3, 1e4, 1e5, 1e6, 1e7];
/** Of one GateServer, where there are several. */
const GRANTS_PER_SERVER = 5000;
/** Created and signed; then redeemed; last-used; deleted. The operator and the gateways write them. */
const GRANT_WRITES = 5;
const AT_ONCE = 32;
const OBJECTS = '/apis/kubegateway.kubevirt.io/v1beta1/namespaces/ns';
const VMS = '/apis/subresources.kubevirt.io/v1/namespaces/ns/virtualmachineinstances';

interface List {
  metadata: { resourceVersion: string };
  items: object[];
}

async function meanBytes(cluster: Cluster, kind: string): Promise<number> {
  const { items } = await cluster.ask<List>('GET', `${OBJECTS}/${kind}`);
  return JSON.stringify(items).length / Math.max(1, items.length);
}

async function writes(cluster: Cluster): Promise<number> {
  return Number((await cluster.ask<List>('GET', `${OBJECTS}/gateservers`)).metadata.resourceVersion);
}

async function grants(cluster: Cluster, count: number): Promise<void> {
  let made = 0;
  const worker = async (): Promise<void> => {
    while (made++ < count) await cluster.grant({ vm: 'echo-0', 'link-hash': `${made}`.padStart(43, 'x') });
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** A gateway in front of a cluster with so many grants. */
async function started(bench: Bench, count: number) {
  const cluster = await bench.start(Cluster.start());
  await cluster.startVm('echo-0');
  await grants(cluster, count);
  const before = performance.now();
  const gateway = await bench.gateway(cluster);
  const seconds = (performance.now() - before) / 1000;
  await gateway.program.settled();
  return { cluster, gateway, seconds, bytes: gateway.program.residentBytes(), count };
}
type Started = Awaited<ReturnType<typeof started>>;

/** What each change of a grant costs a gateway that is told of it: the rest of what it does then is nothing. */
async function eventCosts({ cluster, gateway }: Started, count: number): Promise<number> {
  const before = gateway.program.cpuSeconds();
  await grants(cluster, count);
  await gateway.program.settled();
  // Created, then approved.
  return (gateway.program.cpuSeconds() - before) / (2 * count);
}

async function consoleCosts(bench: Bench, { cluster, gateway }: Started, count: number) {
  const viewers = await bench.start(Viewers.start());
  const { status } = await cluster.grant({ urls: [`${VMS}/*`] });
  const { base, headers } = ours(gateway, status?.token ?? '');
  for (let at = 1; at < count; at++) await cluster.startVm(`echo-${at}`);
  const consoles: Console[] = Array.from({ length: count }, (_, at) => {
    return { url: `${base}${VMS}/echo-${at}/vnc`, headers, isScreen: true };
  });
  const once = async (): Promise<void> => {
    await viewers.open(consoles, 8);
    await viewers.close();
    await gateway.program.settled();
  };
  await once();
  const [written, cpu] = [await writes(cluster), gateway.program.cpuSeconds()];
  await once();
  return {
    writes: ((await writes(cluster)) - written) / count,
    cpu: (gateway.program.cpuSeconds() - cpu) / count,
    bytes: await meanBytes(cluster, 'gatesessions'),
  };
}

async function measured(bench: Bench): Promise<Costs> {
  const { short } = bench.options;
  // The first one also reads the programs from the disk.
  await started(bench, 10);
  const few = await started(bench, 10);
  const many = await started(bench, short ? 1000 : 10_000);
  const added = many.count - few.count;
  const console = await consoleCosts(bench, few, short ? 20 : 100);
  return {
    grantBytes: await meanBytes(many.cluster, 'gatetokens'),
    consoleBytes: console.bytes,
    grantWrites: GRANT_WRITES,
    consoleWrites: console.writes,
    gatewayBytes: few.bytes,
    gatewayBytesPerGrant: (many.bytes - few.bytes) / added,
    gatewaySecondsPerGrant: Math.max(0, many.seconds - few.seconds) / added,
    gatewayCpuPerEvent: await eventCosts(few, short ? 500 : 2000),
    gatewayCpuPerConsole: console.cpu,
  };
}

function inUnits(values: Record<string, number>, unit: number): Record<string, number> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, rounded(value / unit)]));
}

await runBench('scale', ['short'], async (bench) => {
  const costs = await measured(bench);
  for (const name of Object.keys(costs) as (keyof Costs)[]) bench.note('one', name, { ours: rounded(costs[name]) });
  for (const grants of POPULATIONS) {
    const servers = Math.max(1, Math.round(grants / GRANTS_PER_SERVER));
    const [alone, sharded] = [
      demandsOf({ grants, servers: 1 }, costs, USE),
      demandsOf({ grants, servers }, costs, USE),
    ];
    for (const [name, [words, unit]] of Object.entries(SHOWN) as [keyof Demands, readonly [string, number]][]) {
      const values = { 'one server': alone[name], [`by ${GRANTS_PER_SERVER}`]: sharded[name] };
      bench.note(`${grants} grants`, words, inUnits(values, unit));
    }
    const broken = (demands: typeof alone): string => firstBroken(demands, LIMITS) ?? 'nothing';
    console.error(
      `${grants} grants: one GateServer breaks ${broken(alone)}; ${servers} of them break ${broken(sharded)}`,
    );
  }
});
