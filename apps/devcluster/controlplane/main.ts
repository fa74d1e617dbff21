import { mkdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { ProgramError } from '../process/supervised.js';
import { type Assets, findAssets } from './assets.js';
import { PlaneError } from './errors.js';
import { startPlane } from './plane.js';

const USAGE =
  'Usage: controlplane --data DIR --port PORT [--kubernetes 1.N], or controlplane --prepare [--kubernetes 1.N]';

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}

interface Wanted {
  data: string;
  port: number;
  minor: string | undefined;
}

/** @returns no data and no port with `--prepare`: only the programs are to be had */
function options(): Wanted | { minor: string | undefined } {
  const { values } = parseArgs({
    options: {
      data: { type: 'string' },
      port: { type: 'string' },
      kubernetes: { type: 'string' },
      prepare: { type: 'boolean' },
    },
  });
  const minor = values.kubernetes;
  if (values.prepare) return { minor };
  const port = Number(values.port);
  if (!values.data || !Number.isInteger(port) || port < 1 || port > 65_535) fail(USAGE);
  return { data: values.data, port, minor };
}

const say = (line: string): void => console.log(line);

async function main(): Promise<void> {
  const wanted = options();
  const stopping = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => stopping.abort());
  // The parent process (scripts/leashed.mjs) is gone.
  process.on('disconnect', () => stopping.abort());
  const { signal } = stopping;
  const folder = process.env['KUBEBUILDER_ASSETS'];
  const assets = await findAssets({ folder, minor: wanted.minor, say, signal });
  if ('data' in wanted && !signal.aborted) await serve(wanted, assets, signal);
}

async function serve({ data, port }: Wanted, assets: Assets, signal: AbortSignal): Promise<void> {
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const plane = await startPlane({ data, port, assets, say });
  const asked = new Promise<undefined>((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener('abort', () => resolve(undefined));
  });
  const words = await Promise.race([plane.ended, asked]);
  await plane.stop();
  if (words !== undefined) fail(words);
}

function words(error: unknown): string {
  if (error instanceof PlaneError || error instanceof ProgramError) return error.message;
  if (!(error instanceof Error)) return String(error);
  // A wrong option, by parseArgs.
  if ('code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')) return `${error.message}\n${USAGE}`;
  return error.stack ?? error.message;
}

await main().then(
  () => process.exit(0),
  (error: unknown) => fail(words(error)),
);
