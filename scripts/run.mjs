/**
 * `npm start` and `npm test` on any Node from 20 on: installs and builds what is missing, then hands over to the Node that
 * package.json pins. Plain JavaScript without dependencies: it runs before anything is installed.
 */
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { clearInterval, setInterval } from 'node:timers';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const OLDEST_NODE = 20;
const COMMANDS = ['start', 'test', 'test:real', 'setup'];

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

/**
 * Runs a built program in the foreground and ends with its exit code. The IPC channel is a leash: the program ends when
 * this process is gone. Signals of the terminal reach both; only those sent to this process alone must be passed on.
 */
function handOver(node, args) {
  const child = spawn(node, args, { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
  const pass = (signal) => child.kill(signal);
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', pass).on('SIGHUP', pass);
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.env.npm_lifecycle_event && process.ppid !== parent) child.kill('SIGTERM');
  }, 1000);
  child.once('error', (error) => fail(`The program could not be started: ${error.message}`));
  child.once('exit', (code, signal) => {
    clearInterval(watch);
    if (signal) fail(`The program was ended by ${signal}.`);
    process.exit(code);
  });
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
    fail(`Node ${OLDEST_NODE} or newer is needed; this is ${process.version}.`);
  }
  if (!COMMANDS.includes(command)) fail(`Usage: node scripts/run.mjs ${COMMANDS.join('|')} [options]`);
  if (command === 'start' && !(await wantsStart(args))) return;
  const { install, pinnedNode } = await import('./install.mjs');
  const { build } = await import('./build.mjs');
  const entry = join(root, 'dist/apps/devcluster/main.js');
  await install(root);
  await build(root);
  if (command === 'start') handOver(pinnedNode(root), [entry, ...args]);
  if (command.startsWith('test')) process.exit(await (await import('./test.mjs')).test(root, command, args));
}

main(process.argv.slice(2)).catch((error) =>
  fail(error.constructor.name === 'StepError' ? error.message : error.stack),
);
