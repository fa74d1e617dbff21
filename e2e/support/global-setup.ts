import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

const ROUTE = 'kube-gateway.gateway-example.localhost';
const READY_WITHIN_MS = 120_000;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** Resolves when the launcher has printed that all of it works: it prints the word `Ready` on a line of its own. */
async function ready(child: ChildProcess, output: () => string, url: string): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`npm start ended with ${child.exitCode}:\n${output()}`);
    const response = await fetch(`${url}/readyz`).catch(() => undefined);
    if (response?.status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`The cluster was not ready within ${READY_WITHIN_MS / 1000} s:\n${output()}`);
}

/** Starts the product as `npm start` does, in a data folder of its own, and ends it after the last test. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const data = mkdtempSync(join(tmpdir(), 'kube-gateway-e2e-'));
  const [port, httpsPort] = [await freePort(), await freePort()];
  const args = ['dist/apps/devcluster/main.js', '--data', data, '--port', `${port}`, '--https-port', `${httpsPort}`];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => lines.push(chunk.toString()));
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const url = `http://localhost:${port}`;
  const stop = async (): Promise<void> => {
    if (child.exitCode === null) child.kill('SIGINT');
    await ended;
    rmSync(data, { recursive: true, force: true });
  };
  try {
    await ready(child, () => lines.join(''), url);
  } catch (error) {
    await stop();
    throw error;
  }
  project.provide('cluster', {
    url,
    route: ROUTE,
    httpsPort,
    kubeconfig: join(data, 'kubeconfig'),
    bin: join(data, 'bin'),
    data,
    namespace: 'gateway-example',
  });
  return stop;
}
