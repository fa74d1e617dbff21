import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';

const FOLDER = new URL('../load/', import.meta.url).pathname;
const HAS_WRK = spawnSync('wrk', ['-v']).error === undefined;
const PATIENCE_S = 30;

/** The same request, again and again. */
export interface Load {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  /** One that is to take the place of the client's own is written as `Host`. */
  readonly headers: Readonly<Record<string, string>>;
  /** File with a Cookie header on each line: every request takes the next one. */
  readonly cookies?: string;
  /** ASCII. */
  readonly body?: string;
  /** Each sends its next request when it has the answer to the last. */
  readonly connections: number;
  readonly seconds: number;
  /** What counts as the answer: all of it, or its first bytes, after which the client leaves. */
  readonly until: 'end' | 'first bytes';
}

/** Times in milliseconds, from the request to its answer. */
export interface Loaded {
  readonly requests: number;
  readonly seconds: number;
  readonly p50: number;
  readonly p99: number;
  readonly failed: number;
}

/**
 * Runs a load from a process of its own: wrk where it is installed and can (it knows whole seconds, whole answers and one cookie), else requests.ts.
 * @throws Error where a request failed: its time would count as one that is fast
 */
export async function run(load: Load): Promise<Loaded> {
  const isForWrk = load.until === 'end' && load.cookies === undefined && Number.isInteger(load.seconds);
  const [command, args] = HAS_WRK && isForWrk ? wrk(load) : ownGenerator(load);
  const { stdout, stderr } = await promisify(execFile)(command, args, { timeout: (load.seconds + PATIENCE_S) * 1000 });
  const loaded = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Loaded;
  if (loaded.failed > 0 || loaded.requests === 0)
    throw new Error(`${load.method} ${load.url}: ${loaded.failed} of ${loaded.requests} requests failed. ${stderr}`);
  return loaded;
}

function wrk({ url, method, headers, body, connections, seconds }: Load): [string, string[]] {
  const named = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]);
  const shape = ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', `${PATIENCE_S}s`, ...named];
  const sent = body === undefined ? [] : [body];
  return ['wrk', [...shape, '-s', `${FOLDER}wrk.lua`, url, '--', method, ...sent]];
}

function ownGenerator(load: Load): [string, string[]] {
  return [process.execPath, [`${FOLDER}requests.ts`, JSON.stringify(load)]];
}
