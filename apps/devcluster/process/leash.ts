/**
 * Preloaded (`--import`) into every program that the embedded cluster starts: ends it when the one who started it is gone,
 * however that one ended. File descriptor 3 is a pipe whose other end only the parent holds.
 */
import { Socket } from 'node:net';

const LEASH_FD = 3;
/** A program that does not end by SIGTERM within this is killed: nobody is left to do it. */
const KILL_AFTER_MS = 3000;

const leash = new Socket({ fd: LEASH_FD, readable: true, writable: false });
leash.on('error', () => undefined);
leash.once('close', () => {
  process.kill(process.pid, 'SIGTERM');
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), KILL_AFTER_MS).unref();
});
leash.resume();
leash.unref();
