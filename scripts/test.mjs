import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { pinnedNode } from './install.mjs';
import { leashed } from './leashed.mjs';

/**
 * Runs one vitest project; its report is read from a file, so that what tests print cannot be taken for it.
 * @returns {Promise<{ code: number, interrupted: boolean }>}
 */
function runProject(root, project, report, args) {
  const options = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  // The named files may all belong to one tier.
  if (args.length > 0) options.push('--passWithNoTests', ...args);
  return new Promise((resolve) => {
    let interrupted = false;
    const child = spawn(pinnedNode(root), ['node_modules/vitest/vitest.mjs', 'run', '--project', project, ...options], {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, NODE_ENV: 'test' },
    });
    const pass = (signal) => {
      interrupted = true;
      child.kill(signal);
    };
    process.on('SIGINT', pass).on('SIGTERM', pass);
    const done = (code) => {
      process.off('SIGINT', pass).off('SIGTERM', pass);
      resolve({ code: code ?? 1, interrupted });
    };
    child.once('error', () => done(1));
    child.once('close', done);
  });
}

/** Counts of one report; a file whose tests could not even be collected counts as one failure. */
export function count(report) {
  const files = report.testResults ?? [];
  const broken = files.filter((file) => file.status === 'failed' && file.assertionResults.length === 0).length;
  return {
    passed: report.numPassedTests ?? 0,
    failed: (report.numFailedTests ?? 0) + broken,
    skipped: report.numPendingTests ?? 0,
  };
}

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return {};
  }
}

/**
 * The vitest projects of each command, in the order in which they run: the product's tests; the embedded cluster's own,
 * compared with a real API server, and the product when parts of that cluster fail; all end-to-end tests on a real control
 * plane. Those of one list run side by side: they mostly wait, and each has a cluster of its own.
 */
const TIERS = {
  test: [['unit'], ['e2e', 'e2e-dashboard']],
  'test:cluster': [['cluster'], ['cluster-e2e'], ['differential']],
  'test:real': [['e2e-real']],
};

/** Projects that need the programs of a real control plane. */
const REAL = ['differential', 'e2e-real'];

/** Builds the programs of a real control plane unless they exist, and prints the progress. @returns {Promise<number>} exit code */
async function prepareReal(root) {
  const { code } = await leashed(pinnedNode(root), [
    join(root, 'dist/apps/devcluster/controlplane/main.js'),
    '--prepare',
  ]);
  return code ?? 1;
}

/**
 * Runs the tiers of a command, each one even if the one before it failed. The last line says how many tests passed, failed
 * and were skipped; a tier that could not run counts as one failure.
 * @returns {Promise<number>} exit code: 0 only when tests ran and none failed
 */
export async function test(root, command, args) {
  if (TIERS[command].flat().some((project) => REAL.includes(project))) {
    const code = await prepareReal(root);
    if (code !== 0) return code;
  }
  const folder = mkdtempSync(join(tmpdir(), 'kube-gateway-tests-'));
  const total = { passed: 0, failed: 0, skipped: 0 };
  try {
    for (const projects of TIERS[command]) {
      const ends = await Promise.all(
        projects.map(async (project) => {
          const report = join(folder, `${project}.json`);
          const { code, interrupted } = await runProject(root, project, report, args);
          const { passed, failed, skipped } = count(readReport(report));
          total.passed += passed;
          total.skipped += skipped;
          total.failed += failed === 0 && code !== 0 ? 1 : failed;
          return interrupted;
        }),
      );
      if (ends.some(Boolean)) break;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  if (total.passed + total.failed === 0) process.stdout.write('No tests ran.\n');
  const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
  process.stdout.write(`${total.passed} passed, ${total.failed} failed${skipped}\n`);
  return total.failed > 0 || total.passed === 0 ? 1 : 0;
}
