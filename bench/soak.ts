/**
 * Whether the gateway stays as it is: `npm run build`, then
 *
 *     npm run bench:soak -- [--minutes M] [--short]
 *
 * Half an hour of everything at once: consoles that come and go, some without a word; links that are redeemed, used and
 * revoked; watches that are cut; viewers that do not read; sockets that say half of what they should. The table compares
 * the second quarter of that time with the last; bench/results/soak.svg shows all of it.
 */
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { linkHash, newCode } from '#libs/token';
import { type Bench, runBench } from './lib/bench.ts';
import { Cluster } from './lib/cluster.ts';
import { type Gateway, PUBLIC_HOST } from './lib/gateway.ts';
import { type Load, run } from './lib/load.ts';
import { type Measured } from './lib/measured.ts';
import { plotOf } from './lib/plot.ts';
import { RESULTS } from './lib/report.ts';
import { type Row } from './lib/rounds.ts';
import { ours, type Side } from './lib/sides.ts';
import { median, rounded } from './lib/statistics.ts';
import { type Console, Viewers } from './lib/viewers.ts';
import { PATHS } from './stubs/answers.ts';

const VMS = '/apis/subresources.kubevirt.io/v1/namespaces/ns/virtualmachineinstances';
const SESSIONS = '/apis/kubegateway.kubevirt.io/v1beta1/namespaces/ns/gatesessions';
const CONSOLES = 20;
const SLOW = 5;
const SAMPLES = 240;
/** The gateway learns of a link by its watch. */
const WATCHED_MS = 500;
/** Long enough for an answer on a machine that has much else to do. */
const LOAD_S = 3;
const PLOT = join(RESULTS, 'soak.svg');

/** Each has VMs of its own, whose names begin with this. */
type Guests = 'echo-a' | 'echo-b' | 'stream-c';

interface Ground {
  readonly bench: Bench;
  readonly cluster: Cluster;
  readonly gateway: Gateway;
}

/** Does one thing and leaves nothing behind, apart from what the gateway keeps. */
type Act = (round: number) => Promise<void>;

function consolesOf({ base, headers }: Side, guests: Guests, count: number): Console[] {
  return Array.from({ length: count }, (_, at) => ({
    url: `${base}${VMS}/${guests}-${at}/vnc`,
    headers,
    isScreen: true,
  }));
}

/** Uses a link, then deletes it. */
async function withLink(
  { cluster, gateway }: Ground,
  use: (side: Side, revoke: () => Promise<void>) => Promise<void>,
): Promise<void> {
  const grant = await cluster.grant({ urls: [`${VMS}/*`, `${PATHS.create}*`] });
  await use(ours(gateway, grant.status?.token ?? ''), () => cluster.revoke(grant));
  await cluster.remove(grant);
}

async function comeAndGo(ground: Ground): Promise<Act> {
  const viewers = await ground.bench.start(Viewers.start());
  return (round) =>
    withLink(ground, async (side) => {
      await viewers.open(consolesOf(side, 'echo-a', CONSOLES), 4);
      await viewers.echo(0.5);
      await (round % 2 === 0 ? viewers.close() : viewers.leave());
    });
}

async function revoked(ground: Ground): Promise<Act> {
  const viewers = await ground.bench.start(Viewers.start());
  return () =>
    withLink(ground, async (side, revoke) => {
      await viewers.open(consolesOf(side, 'echo-b', CONSOLES), 4);
      await revoke();
      await viewers.ends(CONSOLES);
    });
}

/** The guests send as fast as they can; nobody reads for a while. */
async function slow(ground: Ground): Promise<Act> {
  const viewers = await ground.bench.start(Viewers.start());
  return () =>
    withLink(ground, async (side) => {
      await viewers.open(consolesOf(side, 'stream-c', SLOW), SLOW);
      await sleep(3000);
      await viewers.flow();
      await viewers.read(0.2);
      await viewers.leave();
    });
}

function requests(ground: Ground): Act {
  return () =>
    withLink(ground, async ({ base, headers }) => {
      const get: Load = { url: '', method: 'GET', headers, connections: 8, seconds: LOAD_S, until: 'end' };
      await run({ ...get, url: `${base}${PATHS.small}` });
      await run({ ...get, url: `${base}${PATHS.medium}` });
      await run({ ...get, url: `${base}${PATHS.watch}`, until: 'first bytes' });
    });
}

function redeems({ cluster, gateway }: Ground): Act {
  return async () => {
    const code = newCode();
    const grant = await cluster.grant({ vm: 'demo', 'link-hash': linkHash(code) });
    const headers = { Host: PUBLIC_HOST, 'content-type': 'application/json' };
    const body = JSON.stringify({ code, redeem: true });
    await sleep(WATCHED_MS);
    await run({
      url: `${gateway.url}/l`,
      method: 'POST',
      headers,
      body,
      connections: 4,
      seconds: LOAD_S,
      until: 'end',
    });
    await cluster.remove(grant);
  };
}

/** A request without its end, and an upgrade without one: the client is still there, but says no more. */
function halfOpen({ gateway }: Ground): Act {
  const { hostname, port } = new URL(gateway.url);
  const heads = [
    'GET /k8s/version HTTP/1.1\r\nhost: x\r\n',
    `GET /k8s${VMS}/demo/vnc HTTP/1.1\r\nupgrade: websocket\r\n`,
  ];
  return async () => {
    const sockets = heads.map((head) => {
      const socket = connect(Number(port), hostname).on('error', () => undefined);
      socket.write(head);
      return socket;
    });
    await sleep(2000);
    for (const socket of sockets) socket.destroy();
  };
}

/** Deletes records of consoles that have ended, as the operator does after a while. */
function forget({ cluster }: Ground): Act {
  interface Sessions {
    items: { metadata: { name: string }; status?: { phase: string } }[];
  }
  return async () => {
    await sleep(1000);
    const { items } = await cluster.ask<Sessions>('GET', SESSIONS);
    const over = items.filter(({ status }) => status?.phase === 'Ended');
    for (const { metadata } of over) await cluster.ask('DELETE', `${SESSIONS}/${metadata.name}`);
  };
}

/** Again and again until it is told to end. @returns how often it was done */
async function repeat(act: Act, ended: AbortSignal): Promise<number> {
  let round = 0;
  for (; !ended.aborted; round++) await act(round);
  return round;
}

/** Megabytes and open handles, at even distances. */
async function sample(process: Measured, minutes: number): Promise<{ megabytes: number[]; handles: number[] }> {
  const [megabytes, handles]: [number[], number[]] = [[], []];
  for (let at = 0; at < SAMPLES; at++) {
    await sleep((minutes * 60_000) / SAMPLES);
    megabytes.push(process.residentBytes() / 1e6);
    handles.push(process.handles());
  }
  return { megabytes, handles };
}

function rowOf(figure: string, reading: string, values: readonly number[]): Row {
  const quarter = values.length / 4;
  const [early, late] = [median(values.slice(quarter, 2 * quarter)), median(values.slice(-quarter))];
  const medians = {
    'second quarter': rounded(early),
    'last quarter': rounded(late),
    'last x second': rounded(late / early),
  };
  return { figure, reading, values: medians, ratios: {}, rounds: { all: values } };
}

await runBench('soak', ['minutes', 'short'], async (bench) => {
  const { minutes } = bench.options;
  const cluster = await bench.start(Cluster.start());
  for (const guests of ['echo-a', 'echo-b', 'stream-c']) {
    for (let at = 0; at < CONSOLES; at++) await cluster.startVm(`${guests}-${at}`);
  }
  const gateway = await bench.gateway(cluster);
  const ground = { bench, cluster, gateway };
  const consoles = await Promise.all([comeAndGo(ground), revoked(ground), slow(ground)]);
  const acts = [...consoles, requests(ground), redeems(ground), halfOpen(ground), forget(ground)];
  const ending = new AbortController();
  const done = Promise.all(acts.map((act) => repeat(act, ending.signal)));
  const { megabytes, handles } = await Promise.race([sample(gateway.program, minutes), done.then(neverAlone)]);
  ending.abort();
  console.error(`rounds of each: ${(await done).join(', ')}`);
  bench.rows.push(rowOf('memory', 'MB', megabytes), rowOf('handles', 'open', handles));
  const curves = [
    { name: 'MB', colour: '#06c', values: megabytes },
    { name: 'handles', colour: '#c00', values: handles },
  ] as const;
  writeFileSync(PLOT, plotOf(`The gateway in ${minutes} minutes of mixed load`, minutes, curves));
});

/** They go on until they are told to end: it is here that the error of one of them comes out. */
function neverAlone(): never {
  throw new Error('All loads ended by themselves');
}
