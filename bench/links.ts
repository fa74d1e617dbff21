/**
 * What links cost, and how fast one ends: `npm run build`, then
 *
 *     npm run bench:links -- [--short] [--against NAME=URL --token JWT --pid PID]
 *
 * Redeems a second; and how long after its revocation the consoles of a link are cut, on two replicas.
 */
import { linkHash, newCode } from '#libs/token';
import { type Bench, runBench } from './lib/bench.ts';
import { COMPARING } from './lib/options.ts';
import { Cluster } from './lib/cluster.ts';
import { type Gateway, PUBLIC_HOST } from './lib/gateway.ts';
import { type Load, run } from './lib/load.ts';
import { cpuWatch } from './lib/measured.ts';
import { type Readings } from './lib/rounds.ts';
import { other, ours, type Side } from './lib/sides.ts';
import { percentile } from './lib/statistics.ts';
import { type Console, now, Viewers } from './lib/viewers.ts';

const VMS = '/apis/subresources.kubevirt.io/v1/namespaces/ns/virtualmachineinstances';
const REDEEMING = { method: 'POST', connections: 64, until: 'end' } as const;
const AT_ONCE = 16;

/** @param what path and body of one redeem */
async function redeems(side: Side, what: Pick<Load, 'body'> & { path: string }, seconds: number): Promise<Readings> {
  const url = `${new URL(side.base).origin}${what.path}`;
  const headers = { Host: PUBLIC_HOST, 'content-type': 'application/json' };
  const cpu = cpuWatch(side.process);
  const loaded = await run({
    ...REDEEMING,
    url,
    headers,
    seconds,
    ...(what.body === undefined ? {} : { body: what.body }),
  });
  const cpuUs = (cpu() / loaded.requests) * 1e6;
  return { 'redeems/s': loaded.requests / loaded.seconds, 'per CPU second': 1e6 / cpuUs, 'p99 ms': loaded.p99 };
}

async function measureRedeems(bench: Bench, cluster: Cluster, sides: readonly Side[]): Promise<void> {
  const code = newCode();
  await cluster.grant({ vm: 'demo', 'link-hash': linkHash(code) });
  const { seconds } = bench.options;
  const body = JSON.stringify({ code, redeem: true });
  await bench.compare('redeem a code', sides.slice(0, 1), (side) => redeems(side, { path: '/l', body }, seconds));
  await bench.compare('redeem a JWT', sides, (side) => {
    const [, token = ''] = side.headers['cookie']?.split('=') ?? [];
    return redeems(side, { path: `/auth/jwt/set?token=${token}&name=demo&namespace=ns` }, seconds);
  });
}

/** One link is open `count` times, half of them on each replica, and is revoked. */
async function revocation(
  viewers: Viewers,
  cluster: Cluster,
  gateways: readonly Gateway[],
  count: number,
): Promise<Readings> {
  const grant = await cluster.grant({ urls: [`${VMS}/*`] });
  const sides = gateways.map((gateway) => ours(gateway, grant.status?.token ?? ''));
  const consoles = Array.from({ length: count }, (_, at): Console => {
    const { base, headers } = sides[at % sides.length] as Side;
    return { url: `${base}${VMS}/echo-${at}/vnc`, headers, isScreen: true };
  });
  await viewers.open(consoles, AT_ONCE);
  const ended = viewers.ends(count);
  const revoked = now();
  await cluster.revoke(grant);
  const times = (await ended).map((time) => time - revoked);
  for (const { program } of gateways) await program.settled();
  return { 'p50 ms': percentile(times, 0.5), 'p99 ms': percentile(times, 0.99), 'last ms': Math.max(...times) };
}

await runBench('links', COMPARING, async (bench) => {
  const { others, short } = bench.options;
  const [some, many] = short ? [20, 100] : [200, 2000];
  const cluster = await bench.start(Cluster.start());
  for (let at = 0; at < many; at++) await cluster.startVm(`echo-${at}`);
  const gateway = await bench.gateway(cluster);
  const second = await bench.gateway(cluster, { POD_NAME: 'pod-2' });
  const { status } = await cluster.grant({ vm: 'demo' });
  await measureRedeems(bench, cluster, [ours(gateway, status?.token ?? ''), ...others.map(other)]);
  const viewers = await bench.start(Viewers.start());
  const replicas = [ours(gateway, '')];
  for (const count of [some, many]) {
    await bench.compare(`revocation, ${count} consoles on 2 replicas`, replicas, () =>
      revocation(viewers, cluster, [gateway, second], count),
    );
  }
});
