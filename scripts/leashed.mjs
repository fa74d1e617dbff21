import { spawn } from 'node:child_process';
import { StepError } from './step.mjs';

/**
 * Runs a built program in the foreground. The IPC channel is a leash: the program ends when this process is gone. Signals are
 * passed on, since some reach this process alone; one that the terminal sent to both arrives twice, which the programs expect.
 * @returns {Promise<{ code: number | null, signal: string | null }>} how it ended; rejects with a StepError when it cannot be started
 */
export function leashed(node, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(node, args, { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
    const pass = (signal) => child.kill(signal);
    process.on('SIGINT', pass).on('SIGTERM', pass).on('SIGHUP', pass);
    const done = () => process.off('SIGINT', pass).off('SIGTERM', pass).off('SIGHUP', pass);
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
