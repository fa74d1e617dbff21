import { createWriteStream, readFileSync } from 'node:fs';
import { get } from 'node:https';
import { builtProgram, Child, nodeProgram } from '../process/child.js';
import { freePort } from '../process/free-port.js';
import { type DataFolder } from './data-folder.js';
import { UserError } from './user-error.js';

const READY_WITHIN_MS = 30_000;
const POLL_MS = 50;
const STOP_MS = 1500;
const LAST_LINES = 5;

export interface ApiServer {
  url: string;
  port: number;
  /** PEM of its authority. */
  ca: string;
  /** Path of the PEM of the authority that signs what it shows to aggregated servers. */
  frontProxyCa: string;
  /** Resolves when the process has ended, wanted or not; with its last words. */
  ended: Promise<string>;
  stop(): Promise<void>;
}

/**
 * Starts the API server and waits until it is ready. Its output goes to logs/apiserver.log.
 * @param preferred the port of the last time, kept while it is free
 * @throws UserError with its last words when it ends before, or is not ready in time
 */
export async function startApiServer(folder: DataFolder, preferred: number | undefined): Promise<ApiServer> {
  const port = await freePort(preferred);
  const data = folder.at('apiserver');
  const env = { PATH: process.env['PATH'] ?? '', NODE_ENV: 'production' };
  const program = builtProgram('apps/devcluster/apiserver/main.js');
  const child = new Child(nodeProgram(program, '--data', data, '--port', String(port)), { env });
  const words = record(child, folder.at('logs', 'apiserver.log'));
  const ended = child.exited.then(() => words().join(' '));
  let over = false;
  void ended.then(() => (over = true));
  const url = `https://127.0.0.1:${port}`;
  const deadline = Date.now() + READY_WITHIN_MS;
  const caFile = folder.at('apiserver', 'pki', 'ca.crt');
  while (!over && !(await isReady(url, caFile))) {
    if (Date.now() > deadline) {
      child.kill();
      throw new UserError(`The API server was not ready within ${READY_WITHIN_MS / 1000} s; see ${folder.at('logs')}.`);
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  if (over) throw new UserError(`The API server ended at once: ${await ended} (log: ${folder.at('logs')})`);
  return {
    url,
    port,
    ca: readFileSync(caFile, 'utf8'),
    frontProxyCa: folder.at('apiserver', 'pki', 'front-proxy-ca.crt'),
    ended,
    async stop() {
      await child.stop(STOP_MS);
    },
  };
}

/** Writes all output to a file and keeps the last lines. */
function record(child: Child, file: string): () => string[] {
  const log = createWriteStream(file);
  const last: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      log.write(chunk);
      last.push(...chunk.toString('utf8').split('\n').filter(Boolean));
      last.splice(0, Math.max(last.length - LAST_LINES, 0));
    });
  }
  void child.exited.then(() => log.end());
  return () => last;
}

/** The certificate is only there once the server made it: until then it cannot be ready. */
function isReady(url: string, caFile: string): Promise<boolean> {
  let ca: Buffer;
  try {
    ca = readFileSync(caFile);
  } catch {
    return Promise.resolve(false);
  }
  return new Promise((resolve) => {
    const request = get(`${url}/readyz`, { ca, agent: false, timeout: 2000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.once('timeout', () => request.destroy());
    request.once('error', () => resolve(false));
  });
}
