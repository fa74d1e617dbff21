import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';
import { ContainerRunner, type ContainerHost } from './container.js';
import { ConfigError } from './environment.js';
import { type Container } from './pod.js';

const folder = mkdtempSync(join(tmpdir(), 'container-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const programs: Record<string, string> = {
  sleeper: "process.on('SIGTERM', () => process.exit(0)); setInterval(() => {}, 1000);",
  deaf: "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.log('deaf');",
  crasher: 'process.exit(7);',
  worker: 'process.exit(0);',
};

// Written once: a program that is written anew while its process reads it is an empty one.
for (const [name, text] of Object.entries(programs)) writeFileSync(join(folder, `${name}.mjs`), text);

const running: ContainerRunner[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((runner) => runner.stop(100)));
});

function run(image: string, over: Partial<ContainerHost> = {}, container: Partial<Container> = {}) {
  const events: string[] = [];
  const host: ContainerHost = {
    program: (name) => (name in programs ? join(folder, `${name}.mjs`) : undefined),
    environment: async () => ({}),
    realPort: () => undefined,
    restarts: () => true,
    changed: () => undefined,
    event: (_, reason) => events.push(reason),
    dir: folder,
    now: () => new Date(),
    ...over,
  };
  const runner = new ContainerRunner({ name: 'main', image, ...container }, host);
  running.push(runner);
  void runner.start();
  return { runner, events, state: () => runner.status().state };
}

test('a container runs, is ready without a probe, and ends by SIGTERM', async () => {
  const { runner, state, events } = run('sleeper');
  await expect.poll(state).toHaveProperty('running');
  expect(runner.status()).toMatchObject({ ready: true, started: true, restartCount: 0 });
  expect(runner.status().containerID).toMatch(/^process:\/\/\d+$/);
  await runner.stop(5000);
  expect(state().terminated).toMatchObject({ exitCode: expect.any(Number) as number });
  expect(events).toEqual(['Started']);
});

test('one that does not listen to SIGTERM is killed', async () => {
  const { runner, state } = run('deaf');
  await expect
    .poll(() => import('node:fs').then(({ readFileSync }) => readFileSync(runner.log.file, 'utf8')))
    .toContain('deaf');
  await runner.stop(50);
  expect(state().terminated).toMatchObject({ exitCode: 137, signal: 9, reason: 'Error' });
});

test('one that crashes is started again, then with a wait', async () => {
  const { runner, state, events } = run('crasher');
  await expect.poll(() => state().waiting?.reason, { timeout: 5000 }).toBe('CrashLoopBackOff');
  expect(runner.status()).toMatchObject({
    restartCount: 2,
    ready: false,
    lastState: { terminated: { exitCode: 7, reason: 'Error' } },
  });
  expect(events).toContain('BackOff');
});

test('one that is done stays so where nobody restarts it', async () => {
  const { runner, state } = run('worker', { restarts: () => false });
  await expect.poll(() => state().terminated, { timeout: 5000 }).toMatchObject({ exitCode: 0, reason: 'Completed' });
  expect(runner.status().restartCount).toBe(0);
});

test('an unknown image is not run; a known one after it is', async () => {
  const { runner, state, events } = run('nobody');
  await expect.poll(() => state().waiting).toMatchObject({ reason: 'ErrImagePull' });
  expect(state().waiting?.message).toContain('"nobody"');
  expect(events).toEqual(['Failed']);
  runner.update({ name: 'main', image: 'sleeper' });
  await expect.poll(state).toHaveProperty('running');
});

test('what can be cured from outside is waited for', async () => {
  let missing = true;
  const environment = async (): Promise<Record<string, string>> => {
    if (missing) throw new ConfigError('secret "key" not found');
    return {};
  };
  const { state } = run('sleeper', { environment });
  await expect
    .poll(() => state().waiting)
    .toEqual({ reason: 'CreateContainerConfigError', message: 'secret "key" not found' });
  missing = false;
  await expect.poll(state, { timeout: 5000 }).toHaveProperty('running');
});
