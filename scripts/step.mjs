import { spawn } from 'node:child_process';

/** A failure that a person can act on: its message is one line, printed without a stack. */
export class StepError extends Error {}

/**
 * Runs a command and waits for it.
 * @param {string} what subject of the error message
 * @param {{ env?: object, cwd?: string, quiet?: boolean }} options `quiet`: show its output only when it fails
 * @returns {Promise<void>} rejects with a StepError when the command cannot be started or ends with another code than 0
 */
export function runStep(what, command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const output = [];
    const stdio = options.quiet ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'];
    const child = spawn(command, args, { cwd: options.cwd, env: { ...process.env, ...options.env }, stdio });
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => output.push(chunk));
    child.once('error', (error) => reject(new StepError(`${what} could not start: ${error.message}`)));
    child.once('close', (code, signal) => {
      if (code === 0) return resolve();
      if (options.quiet) process.stderr.write(Buffer.concat(output));
      reject(new StepError(`${what} failed (${signal ?? `exit code ${code}`}). See its output above.`));
    });
  });
}

/** One line of progress, with the seconds since the program began. */
export function progress(text) {
  process.stdout.write(`[${process.uptime().toFixed(1).padStart(5)} s] ${text}\n`);
}
