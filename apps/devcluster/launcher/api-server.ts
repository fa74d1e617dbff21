import { readFileSync } from 'node:fs';
import { isReady } from '../process/answers.js';
import { builtProgram, nodeProgram } from '../process/child.js';
import { freePort } from '../process/free-port.js';
import { ProgramError, Supervised } from '../process/supervised.js';
import { type DataFolder } from './data-folder.js';
import { UserError } from './user-error.js';

const STOP_MS = 3500;

/** A program that serves the Kubernetes API: the embedded one and the real one take the same arguments and leave the same files. */
export interface ServerProgram {
  /** Path below the root of the build. */
  script: string;
  /** Name of its folder in the data folder. */
  folder: 'apiserver' | 'controlplane';
  env: Record<string, string>;
  readyWithinMs: number;
}

export const EMBEDDED: ServerProgram = {
  script: 'apps/devcluster/apiserver/main.js',
  folder: 'apiserver',
  env: { NODE_ENV: 'production' },
  readyWithinMs: 30_000,
};

/** @param assets folder of the programs of a control plane */
export const realServer = (assets: string): ServerProgram => ({
  script: 'apps/devcluster/controlplane/main.js',
  folder: 'controlplane',
  env: { KUBEBUILDER_ASSETS: assets },
  readyWithinMs: 120_000,
});

export interface ApiServer {
  url: string;
  port: number;
  /** PEM of its authority. */
  ca: string;
  /** Resolves when it has ended for good, wanted or not; with its last words. */
  ended: Promise<string>;
  stop(): Promise<void>;
}

/**
 * Starts the API server, waits until it is ready and keeps it running. Its output goes to logs/apiserver.log.
 * @param preferred the port of the last time, kept while it is free
 * @param restarted receives one line each time it ended unexpectedly and is restarted
 * @throws UserError with its last output when it ends during the start or is not ready in time
 */
export async function startApiServer(
  folder: DataFolder,
  program: ServerProgram,
  preferred: number | undefined,
  restarted: (line: string) => void,
): Promise<ApiServer> {
  const port = await freePort(preferred);
  const data = folder.at(program.folder);
  const url = `https://127.0.0.1:${port}`;
  const caFile = folder.at(program.folder, 'pki', 'ca.crt');
  const running = await Supervised.start({
    name: 'The API server',
    command: nodeProgram(builtProgram(program.script), '--data', data, '--port', String(port)),
    env: { PATH: process.env['PATH'] ?? '', ...program.env },
    log: folder.at('logs', 'apiserver.log'),
    isReady: () => isReady(url, caFile),
    readyWithinMs: program.readyWithinMs,
    onRestart: restarted,
  }).catch((error: unknown) => {
    throw error instanceof ProgramError ? new UserError(`${error.message} (logs: ${folder.at('logs')})`) : error;
  });
  return {
    url,
    port,
    ca: readFileSync(caFile, 'utf8'),
    ended: running.ended,
    stop: () => running.stop(STOP_MS),
  };
}
