import { open, readFile } from 'node:fs/promises';
import { type Writable } from 'node:stream';
import { type ContainerLog } from './log.js';

export interface LogQuery {
  follow: boolean;
  timestamps: boolean;
  /** The run before the present one. */
  previous: boolean;
  tailLines: number | undefined;
  /** Lines from this time on, in milliseconds. */
  since: number | undefined;
}

const POLL_MS = 250;

/** The options of `kubectl logs` as the kubelet gets them. */
export function logQuery(params: URLSearchParams, now = Date.now()): LogQuery {
  const number = (name: string): number | undefined => {
    const value = params.get(name);
    return value === null || !/^\d+$/.test(value) ? undefined : Number(value);
  };
  const seconds = number('sinceSeconds');
  const time = params.get('sinceTime');
  return {
    follow: params.get('follow') === 'true',
    timestamps: params.get('timestamps') === 'true',
    previous: params.get('previous') === 'true',
    tailLines: number('tailLines'),
    since: seconds === undefined ? (time ? Date.parse(time) : undefined) : now - seconds * 1000,
  };
}

/** Writes what the query asks for; with `follow` until the log is closed or `gone` aborts. */
export async function writeLog(log: ContainerLog, query: LogQuery, out: Writable, gone: AbortSignal): Promise<void> {
  await log.flushed();
  const text = await readFile(log.file, 'utf8').catch(() => '');
  const lines = select(text, query);
  const put = (line: string): void => void out.write(`${query.timestamps ? line : withoutTime(line)}\n`);
  lines.forEach(put);
  if (query.follow) await follow(log, Buffer.byteLength(text), put, gone);
}

/** Lines of a log file, with their times, that the query asks for. */
export function select(text: string, { tailLines, since }: LogQuery): string[] {
  const all = text.split('\n').filter((line) => line !== '');
  const recent =
    since === undefined ? all : all.filter((line) => Date.parse(line.slice(0, line.indexOf(' '))) >= since);
  if (tailLines === undefined) return recent;
  return tailLines === 0 ? [] : recent.slice(-tailLines);
}

const withoutTime = (line: string): string => line.slice(line.indexOf(' ') + 1);

async function follow(log: ContainerLog, from: number, put: (line: string) => void, gone: AbortSignal): Promise<void> {
  let position = from;
  let rest = '';
  for (let last = false; !last && !gone.aborted;) {
    last = log.closed; // Read once more: what came before it was closed.
    const { text, end } = await readFrom(log.file, position);
    position = end;
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    lines.forEach(put);
    if (!last) await pause(POLL_MS, gone);
  }
}

/** What was added since `position`; from the start where the file was changed for a new one. */
async function readFrom(file: string, position: number): Promise<{ text: string; end: number }> {
  const handle = await open(file, 'r').catch(() => undefined);
  if (!handle) return { text: '', end: 0 };
  try {
    const { size } = await handle.stat();
    const start = size < position ? 0 : position;
    const buffer = Buffer.alloc(size - start);
    await handle.read(buffer, 0, buffer.length, start);
    return { text: buffer.toString('utf8'), end: size };
  } finally {
    await handle.close();
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
  });
}
