import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { freePort } from '../../apps/devcluster/process/free-port.js';
import { cluster } from '../support/cluster.js';
import { run } from '../support/kubectl.js';
import { Launched } from '../support/launched.js';

const start = (...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> =>
  run(process.execPath, ['dist/apps/devcluster/main.js', ...args], { env: process.env });

const freePorts = async (): Promise<string[]> => [
  '--port',
  `${await freePort()}`,
  '--https-port',
  `${await freePort()}`,
];

describe('npm start', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kube-gateway-launcher-'));
  const data = join(folder, 'data');
  let launched: Launched | undefined;

  afterEach(async () => {
    await launched?.stop();
    launched = undefined;
    rmSync(folder, { recursive: true, force: true });
  });

  it('on a data folder in use says so and exits with 1', async () => {
    const ran = await start('--data', cluster().data, ...(await freePorts()));
    expect(ran.code).toBe(1);
    expect(ran.stderr.trim().split('\n')).toHaveLength(1);
    expect(ran.stderr).toContain(cluster().data);
  });

  it('on a port in use says so and exits with 1', async () => {
    const port = new URL(cluster().url).port;
    const ran = await start('--data', data, '--port', port);
    expect(ran.code).toBe(1);
    expect(ran.stderr.trim().split('\n')).toHaveLength(1);
    expect(ran.stderr).toContain(port);
  });

  it.each([
    [['--cluster', 'moon'], '--cluster'],
    [['--port', 'x'], '--port'],
    [['--nonsense'], '--nonsense'],
  ])('with %j says what is wrong', async (args, part) => {
    const ran = await start(...args);
    expect(ran.code).toBe(1);
    expect(ran.stderr.trim().split('\n')).toHaveLength(1);
    expect(ran.stderr).toContain(part);
  });

  it.each([
    [
      'KUBEBUILDER_ASSETS that names nothing',
      { KUBEBUILDER_ASSETS: '/nowhere' },
      /KUBEBUILDER_ASSETS=\/nowhere lacks etcd/,
    ],
    ['a machine without setpriv', { PATH: '/nowhere' }, /needs Linux with setpriv/],
    ['a cache that cannot be written', { XDG_CACHE_HOME: '/proc' }, /XDG_CACHE_HOME/],
  ])('on a real control plane with %s says what to do', async (_, env, message) => {
    const args = ['dist/apps/devcluster/main.js', '--cluster', 'real', '--data', data, ...(await freePorts())];
    const { KUBEBUILDER_ASSETS: __, ...rest } = process.env;
    const ran = await run(process.execPath, args, { env: { ...rest, ...env } });
    expect(ran).toMatchObject({ code: 1, stderr: expect.stringMatching(message) as string });
    expect(ran.stderr.trim().split('\n')).toHaveLength(1);
  });

  it('stops building a control plane when the process that waited for it is gone', async () => {
    const bin = join(folder, 'bin');
    mkdirSync(bin, { recursive: true });
    // It knows its version, and downloads forever.
    const go = '#!/bin/sh\n[ "$1" = env ] && echo go1.99 || exec sleep 600\n';
    writeFileSync(join(bin, 'go'), go, { mode: 0o755 });
    const { KUBEBUILDER_ASSETS: _, ...rest } = process.env;
    const env = { ...rest, PATH: `${bin}:${rest['PATH']}`, XDG_CACHE_HOME: join(folder, 'cache') };
    const script = 'dist/apps/devcluster/controlplane/main.js';
    const child = spawn(process.execPath, [script, '--prepare'], { env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const ended = once(child, 'exit');
    if (child.stdout) await once(child.stdout, 'data');
    child.disconnect();
    expect(await ended).toEqual([1, null]);
    await expect.poll(() => said).toBe('The build was interrupted. The next start continues it.\n');
  });

  it('keeps its state: a link still works after a restart; Ctrl-C leaves no process', async () => {
    const ports = { port: await freePort(), httpsPort: await freePort() };
    launched = await Launched.start({ data, ...ports, on: cluster().kind });
    const link = /http:\/\/\S+\/l#\S+/.exec(launched.output)?.[0] ?? '';
    expect(link).not.toBe('');
    const processes = launched.processes();
    expect(processes.length).toBeGreaterThan(3); // The launcher, the API server, the operator, a gateway at least.
    await launched.stop();
    expect(processes.filter(isAlive)).toEqual([]);

    launched = await Launched.start({ data, ...ports, on: cluster().kind });
    const response = await fetch(`http://localhost:${ports.port}/l`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: `http://localhost:${ports.port}` },
      body: JSON.stringify({ code: new URL(link).hash.slice(1) }),
    });
    expect(response.status).toBe(200);
  }, 180_000);

  it.each([
    ['it is killed', {}, 'SIGKILL'],
    ['npm alone is killed', { by: 'npm' }, 'SIGKILL'],
    ['npm alone gets SIGINT', { by: 'npm' }, 'SIGINT'],
  ] as const)(
    'leaves no process when %s',
    async (_, by, signal) => {
      const ports = { port: await freePort(), httpsPort: await freePort() };
      launched = await Launched.start({ data, ...ports, on: cluster().kind, ...by });
      const processes = launched.processes();
      launched.signal(signal);
      await expect.poll(() => processes.filter(isAlive), { timeout: 15_000 }).toEqual([]);
    },
    120_000,
  );

  it('without a Chromium the tests say so in one line', async () => {
    const script =
      "import('./e2e/support/chromium.ts').then((m) => m.findChromium()).catch((e) => { console.error(e.message); process.exit(1); })";
    const child = spawn(process.execPath, ['-e', script], { env: { ...process.env, CHROMIUM: '/nowhere' } });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const code = await new Promise((resolve) => child.once('close', resolve));
    expect(code).toBe(1);
    expect(said.trim().split('\n')).toEqual([
      'CHROMIUM is set to /nowhere, which does not exist. Correct or unset it.',
    ]);
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
