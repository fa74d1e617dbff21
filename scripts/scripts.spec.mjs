import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { upToDate } from './install.mjs';
import { HELP } from './options.mjs';
import { hashTree, stamp } from './stamp.mjs';
import { runStep } from './step.mjs';
import { count } from './test.mjs';

let root;
beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'scripts-'))));
afterEach(() => rmSync(root, { recursive: true, force: true }));

const put = (path, text) => {
  mkdirSync(join(root, path, '..'), { recursive: true });
  writeFileSync(join(root, path), text);
};

describe('the hash of a tree', () => {
  const hash = () => hashTree(root, ['src', 'one.json', 'absent'], (path) => !path.endsWith('.spec.ts'));

  test('changes with content, names and times, not with what is left out', () => {
    put('src/a.ts', 'a');
    put('one.json', '{}');
    const first = hash();
    put('src/a.spec.ts', 'test');
    put('src/node_modules/x.js', 'x');
    put('other.ts', 'x');
    expect(hash()).toBe(first);
    put('src/deep/b.ts', 'b');
    const second = hash();
    expect(second).not.toBe(first);
    utimesSync(join(root, 'src/a.ts'), 1, 1);
    expect(hash()).not.toBe(second);
  });

  test('a stamp holds for one state', () => {
    const done = stamp(join(root, 'dist/.stamp'));
    expect(done.matches('x')).toBe(false);
    done.write('x');
    expect(done.matches('x')).toBe(true);
    expect(done.matches('y')).toBe(false);
    expect(done.matches(undefined)).toBe(false);
  });
});

describe('whether npm must install', () => {
  const lock = (packages) => put('package-lock.json', JSON.stringify({ packages }));
  const installed = (packages) => put('node_modules/.package-lock.json', JSON.stringify({ packages }));

  test('not when all is there; optional packages of other machines may be absent', () => {
    lock({ '': {}, 'node_modules/a': { version: '1' }, 'node_modules/b': { version: '1', optional: true } });
    installed({ 'node_modules/a': { version: '1' } });
    expect(upToDate(root)).toBe(true);
  });

  test('when nothing, less or another version is there', () => {
    lock({ '': {}, 'node_modules/a': { version: '2' } });
    expect(upToDate(root)).toBe(false);
    installed({});
    expect(upToDate(root)).toBe(false);
    installed({ 'node_modules/a': { version: '1' } });
    expect(upToDate(root)).toBe(false);
  });
});

test('a report is counted; a file that could not be read as tests is a failure', () => {
  const broken = { status: 'failed', assertionResults: [] };
  const report = { numPassedTests: 3, numFailedTests: 1, numPendingTests: 4, testResults: [broken] };
  expect(count(report)).toEqual({ passed: 3, failed: 2, skipped: 4 });
  expect(count({})).toEqual({ passed: 0, failed: 0, skipped: 0 });
});

test('a step that fails, or cannot start, says so in one line', async () => {
  await expect(runStep('The build', process.execPath, ['-e', 'process.exit(3)'], { quiet: true })).rejects.toThrow(
    'The build failed (exit code 3). See its output above.',
  );
  await expect(runStep('The build', join(root, 'nothing'), [])).rejects.toThrow('The build could not start');
});

describe('the build of a real control plane before its tests', () => {
  const alive = (pid) => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };

  /** `npm run test:real` with a build that never ends by itself. @returns it, and the process id of the build */
  async function start() {
    put('package.json', '{ "type": "module" }');
    put('node_modules/node/bin/unused', '');
    symlinkSync(process.execPath, join(root, 'node_modules/node/bin/node'));
    put(
      'dist/apps/devcluster/controlplane/main.js',
      `for (const end of ['SIGTERM', 'disconnect']) process.on(end, () => process.exit(3));
      console.log(process.pid);
      setInterval(() => undefined, 1000);`,
    );
    const script = `import { test } from ${JSON.stringify(join(import.meta.dirname, 'test.mjs'))};
      process.exit(await test(${JSON.stringify(root)}, 'test:real', []));`;
    const options = { stdio: ['ignore', 'pipe', 'inherit'] };
    const tests = spawn(process.execPath, ['--input-type=module', '-e', script], options);
    const [line] = await once(tests.stdout, 'data');
    return { tests, build: Number(line) };
  }

  test('ends with them, and no test runs', async () => {
    const { tests, build } = await start();
    tests.kill('SIGTERM');
    expect(await once(tests, 'close')).toEqual([3, null]);
    expect(alive(build)).toBe(false);
  });

  test('ends when they are killed', async () => {
    const { tests, build } = await start();
    tests.kill('SIGKILL');
    await expect.poll(() => alive(build)).toBe(false);
  });
});

test('help and wrong options are answered before anything is installed', () => {
  // A folder with nothing but these two files: whatever else were imported would be missed.
  for (const name of ['run.mjs', 'options.mjs']) {
    put(`scripts/${name}`, readFileSync(join(import.meta.dirname, name), 'utf8'));
  }
  const start = (...args) =>
    spawnSync(process.execPath, [join(root, 'scripts/run.mjs'), 'start', ...args], { encoding: 'utf8' });
  expect(start('--help')).toMatchObject({ status: 0, stdout: HELP, stderr: '' });
  expect(start('-h')).toMatchObject({ status: 0, stdout: HELP, stderr: '' });
  expect(start('--nonsense')).toMatchObject({
    status: 1,
    stdout: '',
    stderr: `Unknown option '--nonsense'. For all options, run "npm start -- --help".\n`,
  });
});

test('an unknown command is refused in one line', () => {
  const run = spawnSync(process.execPath, [join(import.meta.dirname, 'run.mjs'), 'dance'], { encoding: 'utf8' });
  expect(run).toMatchObject({
    status: 1,
    stderr: 'Usage: node scripts/run.mjs start|test|test:cluster|test:real|setup [options]\n',
  });
});
