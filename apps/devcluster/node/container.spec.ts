import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';
import { ContainerRunner, type ContainerHost } from './container.js';
import { ConfigError } from './environment.js';
import { type Container } from './pod.js';
import { NoLog } from './runs.js';

const folder = mkdtempSync(join(tmpdir(), 'container-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const programs: Record<string, string> = {
  sleeper: "process.on('SIGTERM', () => process.exit(0)); setInterval(() => {}, 1000);",
  deaf: "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.log('deaf');",
  crasher: 'console.log(process.argv.length); process.exit(7);',
  worker: 'process.exit(0);',
};

// Written once: a process that reads its program while it is rewritten finds an empty file.
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
    changed: () => undefined,
    event: (_, reason) => events.push(reason),
    dir: folder,
    logs: join(folder, 'pod'),
    now: () => new Date(),
    ...over,
  };
  const runner = new ContainerRunner({ name: 'main', image, ...container }, host);
  running.push(runner);
  void runner.start();
  return { runner, events, state: () => runner.status().state };
}

/** Text of a run's log; '' while there is none. */
function logOf(runner: ContainerRunner, previous = false): string {
  try {
    return readFileSync(runner.log('pod', previous).file, 'utf8');
  } catch (error) {
    if (error instanceof NoLog || (error instanceof Error && 'code' in error)) return '';
    throw error;
  }
}

test('a container runs, is ready without a probe, and ends by SIGTERM', async () => {
  const { runner, state, events } = run('sleeper');
  await expect.poll(state).toHaveProperty('running');
  expect(runner.status()).toMatchObject({ ready: true, started: true, restartCount: 0 });
  expect(runner.status().containerID).toMatch(/^process:\/\/\d+$/);
  await runner.stop(5000);
  expect(state().terminated).toMatchObject({ exitCode: expect.any(Number) as number });
  expect(events).toEqual(['Pulled', 'Created', 'Started', 'Killing']);
});

test('one that does not listen to SIGTERM is killed', async () => {
  const { runner, state } = run('deaf');
  await expect.poll(() => logOf(runner)).toContain('deaf');
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

test('each run has its log; the last one and the one before can be read', async () => {
  const { runner, state } = run('crasher', {}, { name: 'apart' });
  expect(() => runner.log('pod', false)).toThrow(
    'container "apart" in pod "pod" is waiting to start: ContainerCreating',
  );
  expect(() => runner.log('pod', true)).toThrow('previous terminated container "apart" in pod "pod" not found');
  await expect.poll(() => state().waiting?.reason, { timeout: 5000 }).toBe('CrashLoopBackOff');
  await expect.poll(() => runner.log('pod', false).closed).toBe(true);
  expect(logOf(runner).trim().split('\n')).toHaveLength(1);
  expect(runner.log('pod', true)).toBe(runner.log('pod', false));
});

test('one that ends well is started again, too', async () => {
  const { runner } = run('worker');
  await expect
    .poll(() => runner.status().lastState.terminated, { timeout: 5000 })
    .toMatchObject({ exitCode: 0, reason: 'Completed' });
});

test('an unknown image is not run; a known one after it is', async () => {
  const { runner, state, events } = run('nobody');
  await expect.poll(() => state().waiting).toMatchObject({ reason: 'ErrImagePull' });
  expect(state().waiting?.message).toContain('"nobody"');
  expect(() => runner.log('pod', false)).toThrow(`is waiting to start: image can't be pulled`);
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
  const { state, events } = run('sleeper', { environment });
  await expect
    .poll(() => state().waiting)
    .toEqual({ reason: 'CreateContainerConfigError', message: 'secret "key" not found' });
  expect(events).toEqual(['Failed']);
  missing = false;
  await expect.poll(state, { timeout: 5000 }).toHaveProperty('running');
});
