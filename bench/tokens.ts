/**
 * What GateTokens cost the operator: `npm run build`, then
 *
 *     npm run bench:tokens -- [--short]
 *
 * The built operator runs against an upstream stub that answers at once. Measured: how long 1,000 and 10,000 new GateTokens take to
 * become Ready (RSA 2048, their creation included), beside what all cores need for the signatures alone; a restart with
 * 10,000, which fails where it writes to one of them; and what a change costs with 10,000 GateTokens and with 100.
 */
import { generateKeyPairSync } from 'node:crypto';
import { sign, thumbprint } from '#libs/token';
import { type Bench, runBench } from './lib/bench.ts';
import { Fleet } from './lib/fleet.ts';
import { Operator, until } from './lib/operator.ts';
import { type Readings } from './lib/rounds.ts';
import { type Side } from './lib/sides.ts';

const MANY = 10_000;
const FEW = 100;
const CHANGES = 1000;
const PODS = 20;

const side = (name: string): Side => ({ name, base: '', headers: {}, process: undefined });
const [OURS, SIGNING, SMALL] = [side('ours'), side('signing alone'), side(`with ${FEW}`)];
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const key = { privateKey, publicKey, kid: thumbprint(publicKey) };
const nbf = Math.floor(Date.now() / 1000);
const claims = {
  URLs: ['/version'],
  verbs: ['get'],
  nbf,
  exp: nbf + 60,
  jti: 'uid',
  iss: 'https://gw',
  sub: 'ns/name',
};

async function issue(fleet: Fleet, count: number): Promise<Readings> {
  const { program } = fleet.operator;
  const [cpu, writes, looks] = [program.cpuSeconds(), fleet.writes, await fleet.operator.looks()];
  const seconds = await fleet.issue(count);
  await fleet.quiet();
  const readings = {
    'ready s': seconds,
    'CPU us': ((program.cpuSeconds() - cpu) / count) * 1e6,
    writes: (fleet.writes - writes) / count,
    looks: ((await fleet.operator.looks()) - looks) / count,
  };
  await fleet.clear();
  return readings;
}

async function signingAlone(fleet: Fleet, count: number): Promise<Readings> {
  const started = performance.now();
  await fleet.inParallel(count, () => sign(claims, key));
  return { 'ready s': (performance.now() - started) / 1000 };
}

/** From the start of the process until it has looked at all of them. */
async function restart(fleet: Fleet, count: number): Promise<Readings> {
  await fleet.fill(count);
  await fleet.operator.stop();
  const before = fleet.writes;
  const started = performance.now();
  fleet.operator = await Operator.start(fleet.cluster);
  await until(async () => (await fleet.operator.looks()) >= count);
  const seconds = (performance.now() - started) / 1000;
  await fleet.quiet();
  const { program } = fleet.operator;
  const writes = fleet.writes - before;
  if (writes > 0)
    throw new Error(`After a restart the operator wrote to ${writes} GateTokens, though none had changed`);
  return {
    s: seconds,
    'CPU s': program.cpuSeconds(),
    writes,
    'resident MiB': program.residentBytes() / 2 ** 20,
    'peak MiB': program.peakBytes() / 2 ** 20,
  };
}

async function costOf(fleet: Fleet, count: number, change: (index: number) => Promise<void>): Promise<Readings> {
  await fleet.quiet();
  const { program } = fleet.operator;
  const cpu = program.cpuSeconds();
  for (let i = 0; i < count; i++) await change(i);
  await fleet.quiet();
  return { 'CPU us': ((program.cpuSeconds() - cpu) / count) * 1e6 };
}

async function changes(bench: Bench, big: Fleet): Promise<void> {
  const small = await bench.start(Fleet.start());
  const compare = (what: string, count: number, change: (fleet: Fleet, index: number) => Promise<void>) =>
    bench.compare(`change with ${MANY}: ${what}`, [OURS, SMALL], async (one) => {
      const fleet = one === OURS ? big : small;
      await fleet.fill(one === OURS ? MANY : FEW);
      return costOf(fleet, count, (index) => change(fleet, index));
    });
  await compare('a GateToken', CHANGES, (fleet, index) => fleet.describe(index));
  await compare("someone's Secret", CHANGES, (fleet) => fleet.makeSecret());
  await compare('a new VM', CHANGES, (fleet) => fleet.makeVm());
  await compare('a pod of a gateway', PODS, (fleet) => fleet.makePod());
}

await runBench('tokens', ['rounds', 'short', 'only'], async (bench) => {
  const fleet = await bench.start(Fleet.start());
  for (const count of [1000, MANY]) {
    await bench.compare(`${count} GateTokens`, [OURS, SIGNING], (one) =>
      one === OURS ? issue(fleet, count) : signingAlone(fleet, count),
    );
  }
  await bench.compare(`restart with ${MANY}`, [OURS], () => restart(fleet, MANY));
  await changes(bench, fleet);
});
