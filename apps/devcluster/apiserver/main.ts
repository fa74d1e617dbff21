import { parseArgs } from 'node:util';
import { startApiServer } from './server.js';

const USAGE = 'usage: apiserver --data DIR --port P [--host 127.0.0.1]';

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}

function options(): { data: string; port: number; host: string } {
  const { values } = parseArgs({
    options: { data: { type: 'string' }, port: { type: 'string' }, host: { type: 'string', default: '127.0.0.1' } },
  });
  const port = Number(values.port);
  if (!values.data || !Number.isInteger(port) || port < 0 || port > 65_535) fail(USAGE);
  return { data: values.data, port, host: values.host };
}

/** What to do about the faults that a person can cure. */
const ADVICE: Record<string, string> = {
  EADDRINUSE: 'the port is taken: choose another with --port, or stop what listens there',
  EACCES: 'no permission: choose a data folder that you may write and a port above 1023',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'the data folder is a file: choose another with --data',
};

async function main(): Promise<void> {
  const wanted = options();
  const server = await startApiServer(wanted).catch((error: NodeJS.ErrnoException) => {
    const advice = ADVICE[error.code ?? ''];
    return fail(`apiserver cannot start: ${error.message}${advice ? ` (${advice})` : ''}`);
  });
  console.log(`apiserver serves https://${wanted.host}:${server.port}, data in ${wanted.data}`);
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    void server.stop().then(() => process.exit(0));
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

await main().catch((error: unknown) => fail(error instanceof Error ? `${error.message}\n${USAGE}` : USAGE));
