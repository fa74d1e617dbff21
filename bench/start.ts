/**
 * How long a start takes: `npm run build`, then
 *
 *     npm run bench:start -- [--short]
 *
 * Of the gateway alone, and of `npm start` with the data of a start before, each until it says that it is ready.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import { runBench } from './lib/bench.ts';
import { Cluster } from './lib/cluster.ts';
import { freePort } from './lib/free-port.ts';
import { Gateway } from './lib/gateway.ts';
import { Program } from './lib/measured.ts';
import { type Readings } from './lib/rounds.ts';

const RUN = new URL('../scripts/run.mjs', import.meta.url).pathname;
const LOOK_MS = 20;

async function gatewayStart(cluster: Cluster): Promise<Readings> {
  const started = performance.now();
  const gateway = await Gateway.start(cluster);
  const took = performance.now() - started;
  const { program } = gateway;
  const readings = { 'ready after ms': took, 'CPU ms': program.cpuSeconds() * 1000, MB: program.residentBytes() / 1e6 };
  await gateway.stop();
  return readings;
}

/** @param data folder; the first start fills it */
async function npmStart(data: string): Promise<Readings> {
  const [port, httpsPort] = [String(await freePort()), String(await freePort())];
  const args = ['start', '--guests', 'built-in', '--data', data, '--port', port, '--https-port', httpsPort];
  const started = performance.now();
  const program = Program.start([RUN, ...args], { HOME: data }, 'ignore');
  while (!(await isReady(`http://localhost:${port}/readyz`))) {
    if (!program.running) throw new Error(`npm start ended: node ${RUN} ${args.join(' ')}`);
    await sleep(LOOK_MS);
  }
  const took = performance.now() - started;
  await program.stop();
  return { 'ready after s': took / 1000 };
}

async function isReady(url: string): Promise<boolean> {
  const answer = await request(url).catch(() => undefined);
  await answer?.body.dump();
  return answer?.statusCode === 200;
}

await runBench('start', ['rounds', 'short', 'only'], async (bench) => {
  const cluster = await bench.start(Cluster.start());
  await bench.compare('gateway', [{ name: 'ours' }], () => gatewayStart(cluster));
  const data = mkdtempSync(join(tmpdir(), 'kube-gateway-bench-'));
  process.once('exit', () => rmSync(data, { recursive: true }));
  await bench.compare('npm start, warm', [{ name: 'ours' }], () => npmStart(data));
});
