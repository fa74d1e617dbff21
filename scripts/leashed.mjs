import { spawn } from 'node:child_process';
import { clearInterval, setInterval } from 'node:timers';
import { StepError } from './step.mjs';

const WATCH_MS = 1000;

/**
 * Runs a built program in the foreground. The IPC channel is a leash: the program ends when this process is gone. Signals of
 * the terminal reach both; only those sent to this process alone must be passed on.
 * @returns {Promise<{ code: number | null, signal: string | null }>} how it ended; rejects with a StepError when it cannot be started
 */
export function leashed(node, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(node, args, { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
    const pass = (signal) => child.kill(signal);
    const stay = () => undefined;
    process.on('SIGINT', stay).on('SIGTERM', pass).on('SIGHUP', pass);
    const parent = process.ppid;
    const watch = setInterval(() => {
      if (process.env.npm_lifecycle_event && process.ppid !== parent) child.kill('SIGTERM');
    }, WATCH_MS);
    const done = () => {
      clearInterval(watch);
      process.off('SIGINT', stay).off('SIGTERM', pass).off('SIGHUP', pass);
    };
    child.once('error', (error) => {
      done();
      reject(new StepError(`Cannot start the program: ${error.message}`));
    });
    child.once('exit', (code, signal) => {
      done();
      resolve({ code, signal });
    });
  });
}
