import { redact } from '#libs/token';
import { type DestinationStream, type Logger, pino } from 'pino';

/** The injection token of the logger. */
export const LOGGER = Symbol('Logger');

/**
 * The one logger. Every line passes through `redact` as a whole before it is written, so that no field, message or
 * stack shows a token, whoever logs it.
 */
export function makeLogger(level: string, destination: DestinationStream = process.stdout): Logger {
  const redacting: DestinationStream = { write: (line: string) => destination.write(redact(line)) };
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, redacting);
}
