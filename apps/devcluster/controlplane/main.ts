import { mkdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { ProgramError } from '../process/supervised.js';
import { findAssets } from './assets.js';
import { PlaneError } from './errors.js';
import { startPlane } from './plane.js';

const USAGE = 'usage: controlplane --data DIR --port P [--kubernetes 1.N]';

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}

function options(): { data: string; port: number; minor: string | undefined } {
  const { values } = parseArgs({
    options: { data: { type: 'string' }, port: { type: 'string' }, kubernetes: { type: 'string' } },
  });
  const port = Number(values.port);
  if (!values.data || !Number.isInteger(port) || port < 1 || port > 65_535) fail(USAGE);
  return { data: values.data, port, minor: values.kubernetes };
}

async function main(): Promise<void> {
  const { data, port, minor } = options();
  const stopping = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stopping.abort());
  const { signal } = stopping;
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const say = (line: string): void => console.log(line);
  const assets = await findAssets({ folder: process.env['KUBEBUILDER_ASSETS'], minor, say, signal });
  const plane = await startPlane({ data, port, assets, say });
  const asked = new Promise<undefined>((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener('abort', () => resolve(undefined));
  });
  const words = await Promise.race([plane.ended, asked]);
  await plane.stop();
  if (words !== undefined) fail(words);
}

await main().then(
  () => process.exit(0),
  (error: unknown) =>
    fail(error instanceof PlaneError || error instanceof ProgramError ? error.message : String((error as Error).stack)),
);
