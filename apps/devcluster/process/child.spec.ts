import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Child, nativeProgram, nodeProgram } from './child.js';
import { freePort, probePort } from './free-port.js';
import { createServer, type AddressInfo } from 'node:net';

const folder = mkdtempSync(join(tmpdir(), 'child-'));
const script = (name: string, text: string): string => {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
};

let polite: string;
let deaf: string;

beforeAll(() => {
  polite = script(
    'polite.mjs',
    "process.on('SIGTERM', () => process.exit(0)); setInterval(() => {}, 1000); console.log('up');",
  );
  deaf = script('deaf.mjs', "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.log('up');");
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const alive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

test('a program ends by SIGTERM', async () => {
  const child = new Child(nodeProgram(polite), { env: {} });
  await once(child.stdout, 'data');
  expect(await child.stop(5000)).toEqual({ code: 0, signal: null });
  expect(await child.stop(5000)).toEqual({ code: 0, signal: null });
});

test('one that does not is killed when its grace is over', async () => {
  const child = new Child(nodeProgram(deaf), { env: {} });
  await once(child.stdout, 'data');
  expect(await child.stop(100)).toEqual({ code: null, signal: 'SIGKILL' });
});

test('only what was given is in its environment', async () => {
  const child = new Child(nodeProgram(script('env.mjs', 'console.log(JSON.stringify(process.env));')), {
    env: { A: 'b' },
  });
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  expect(JSON.parse(line)).toEqual({ A: 'b' });
  await child.exited;
});

test('a script that is not there ends at once', async () => {
  const child = new Child(nodeProgram(join(folder, 'nothing.mjs')), { env: {} });
  expect((await child.exited).code).toBe(1);
});

test.each([
  { kind: 'script', command: (): string => 'nodeProgram(process.argv[2])' },
  { kind: 'binary', command: (): string => 'nativeProgram(process.execPath, process.argv[2])' },
])('a $kind ends when its parent is killed', async ({ command }) => {
  const module = new URL('./child.ts', import.meta.url).href;
  const parent = script(
    'parent.mjs',
    `import { Child, nativeProgram, nodeProgram } from '${module}';
     const child = new Child(${command()}, { env: {} });
     child.stdout.once('data', () => console.log(child.pid));`,
  );
  const started = spawn(process.execPath, [parent, deaf], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(createInterface(started.stdout), 'line')) as [string];
  const pid = Number(line);
  expect(alive(pid)).toBe(true);
  started.kill('SIGKILL');
  // One that is deaf to SIGTERM is killed 3 s later.
  await expect.poll(() => alive(pid), { timeout: 15_000 }).toBe(false);
});

test('a binary that is not there ends at once', async () => {
  const child = new Child(nativeProgram(join(folder, 'nothing')), { env: {} });
  expect((await child.exited).code).toBe(127);
});

test('a port that is taken is not chosen', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  expect(await probePort(port)).toEqual({ code: 'EADDRINUSE' });
  expect(await freePort(port)).not.toBe(port);
  server.close();
  await once(server, 'close');
  expect(await freePort(port)).toBe(port);
});
