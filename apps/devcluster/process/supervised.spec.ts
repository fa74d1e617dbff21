import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { nodeProgram } from './child.js';
import { type Program, Supervised } from './supervised.js';

const folder = mkdtempSync(join(tmpdir(), 'supervised-'));
const log = join(folder, 'log');
const flag = join(folder, 'up');
const lines: string[] = [];
let running: Supervised | undefined;

/** A program of which `flag` tells that it is up. */
const program = (text: string, more: Partial<Program> = {}): Program => {
  const script = join(folder, 'program.mjs');
  writeFileSync(script, `import { writeFileSync } from 'node:fs';\n${text}`);
  return {
    name: 'It',
    command: nodeProgram(script),
    env: { FLAG: flag },
    log,
    isReady: () => Promise.resolve(existsSync(flag)),
    readyWithinMs: 10_000,
    onRestart: (line) => lines.push(line),
    ...more,
  };
};

const STAYS = "console.log('up'); writeFileSync(process.env.FLAG, ''); setInterval(() => {}, 1000);";

afterEach(async () => {
  vi.restoreAllMocks();
  await running?.stop(1000);
  running = undefined;
  lines.length = 0;
  rmSync(flag, { force: true });
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('it is there once it is ready, and is gone after stop', async () => {
  running = await Supervised.start(program(STAYS));
  const { pid = 0 } = running;
  expect(process.kill(pid, 0)).toBe(true);
  await running.stop(1000);
  expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  expect(await running.ended).toBe('up');
  expect(lines).toEqual([]);
});

test('one that is killed is started again, and its output goes on in the same file', async () => {
  running = await Supervised.start(program(STAYS));
  const { pid = 0 } = running;
  process.kill(pid, 'SIGKILL');
  await expect.poll(() => lines).toEqual(['It ended unexpectedly (SIGKILL) and is being restarted']);
  await expect.poll(() => running?.pid).not.toBe(pid);
  await expect.poll(() => readFileSync(log, 'utf8')).toBe('up\nup\n');
});

test.skipIf(!existsSync('/dev/full'))('a full disk does not end it, and is reported in one line', async () => {
  running = await Supervised.start(program(STAYS, { log: '/dev/full' }));
  await expect.poll(() => lines).toEqual(['Cannot write the log /dev/full: ENOSPC: no space left on device, write']);
});

test('one that ends at once says its last words', async () => {
  const starting = Supervised.start(program("console.error('no such flag'); process.exit(2);"));
  await expect(starting).rejects.toThrow('It ended during its start: no such flag');
});

test('one that does not get ready is ended', async () => {
  const starting = Supervised.start(program('setInterval(() => {}, 1000);', { readyWithinMs: 300 }));
  await expect(starting).rejects.toThrow('It was not ready within 0.3 s: no output');
});

test('one that does not become ready again is reported', async () => {
  const life = join(folder, 'life');
  const once = `import { existsSync } from 'node:fs';
    if (!existsSync('${life}')) writeFileSync(process.env.FLAG, ''); writeFileSync('${life}', ''); setInterval(() => {}, 1000);`;
  const started = program(once);
  running = await Supervised.start(started);
  rmSync(flag);
  started.readyWithinMs = 100;
  process.kill(running.pid ?? 0, 'SIGKILL');
  await expect
    .poll(() => lines)
    .toEqual(['It ended unexpectedly (SIGKILL) and is being restarted', 'It was not ready within 0.1 s: no output']);
});

/** The flag of its first life makes it ready in each later one, which ends at once. */
const WORN = `import { existsSync } from 'node:fs'; if (existsSync(process.env.FLAG)) { console.log('worn out'); process.exit(1); } ${STAYS}`;

test('one that stays up for seconds only is given up', async () => {
  // Three seconds lie between any two looks at the clock.
  let now = Date.now();
  vi.spyOn(Date, 'now').mockImplementation(() => (now += 3000));
  running = await Supervised.start(program(WORN, { readyWithinMs: 3_600_000 }));
  process.kill(running.pid ?? 0, 'SIGKILL');
  expect(await running.ended).toBe('worn out');
  expect(lines.length).toBeGreaterThan(3);
}, 30_000);

test('a stop does not wait for the next try', async () => {
  running = await Supervised.start(program(WORN));
  process.kill(running.pid ?? 0, 'SIGKILL');
  await expect.poll(() => lines.length).toBe(4); // The next try is 3.2 s away.
  const asked = performance.now();
  await running.stop(1000);
  expect(performance.now() - asked).toBeLessThan(2000);
}, 30_000);
