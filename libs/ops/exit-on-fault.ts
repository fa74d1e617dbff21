import { type Logger } from './logger.js';

/**
 * Ends the program with status 1 and one fatal line when an exception or a rejected promise is not caught: the state of
 * the process is then unknown, and Kubernetes restarts it.
 */
export function exitOnFault(logger: Logger): void {
  // Node passes an unhandled rejection to the same event; what is not an Error arrives as one.
  process.on('uncaughtException', (err, origin) => {
    logger.fatal({ err }, origin === 'unhandledRejection' ? 'unhandled rejection' : 'uncaught exception');
    process.exit(1);
  });
}
