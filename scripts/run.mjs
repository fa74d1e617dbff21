/**
 * `npm start` and `npm test` on any Node from 20 on: installs and builds what is missing, then hands over to the Node that
 * package.json pins. Plain JavaScript without dependencies: it runs before anything is installed.
 */
import { dirname, join } from 'node:path';
import { setInterval } from 'node:timers';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const OLDEST_NODE = 20;
const WATCH_MS = 1000;
const COMMANDS = ['start', 'test', 'test:cluster', 'test:real', 'setup'];

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

/** Ends as by SIGTERM when npm was killed: it then passes no signal on. The scripts of package.json `exec` this program, so npm is its parent. */
function endWithNpm() {
  if (!process.env.npm_lifecycle_event) return;
  const npm = process.ppid;
  setInterval(() => process.ppid !== npm && process.kill(process.pid, 'SIGTERM'), WATCH_MS).unref();
}

/** Runs the launcher and ends with its exit code. */
async function handOver(node, args) {
  const { leashed } = await import('./leashed.mjs');
  const { code, signal } = await leashed(node, args);
  if (signal) fail(`The program was ended by signal ${signal}.`);
  process.exit(code);
}

/** Help and wrong options are answered at once, before minutes go into installing. The launcher reads the options again. */
async function wantsStart(args) {
  const { HELP, OptionError, parseOptions } = await import('./options.mjs');
  try {
    if (parseOptions(args)) return true;
  } catch (error) {
    if (error instanceof OptionError) fail(error.message);
    throw error;
  }
  process.stdout.write(HELP);
  return false;
}

async function main([command, ...args]) {
  if (Number(process.versions.node.split('.')[0]) < OLDEST_NODE) {
    fail(`Node ${OLDEST_NODE} or later is required; this is ${process.version}.`);
  }
  if (!COMMANDS.includes(command)) fail(`Usage: node scripts/run.mjs ${COMMANDS.join('|')} [options]`);
  if (command === 'start' && !(await wantsStart(args))) return;
  endWithNpm();
  const { install, pinnedNode } = await import('./install.mjs');
  const { build } = await import('./build.mjs');
  const entry = join(root, 'dist/apps/devcluster/main.js');
  await install(root);
  await build(root);
  if (command === 'start') await handOver(pinnedNode(root), [entry, ...args]);
  if (command.startsWith('test')) process.exit(await (await import('./test.mjs')).test(root, command, args));
}

main(process.argv.slice(2)).catch((error) =>
  fail(error.constructor.name === 'StepError' ? error.message : error.stack),
);
