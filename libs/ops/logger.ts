import { type DestinationStream, type Logger, pino } from 'pino';
import { redact } from './redact.js';

export type { Logger };

/** The injection token of the logger. */
export const LOGGER = Symbol('Logger');

/**
 * The logger of a program: one JSON object a line, with `level` (its name), `time` (RFC 3339, UTC), `component`, `msg`,
 * and `err` where an error is the cause. Every line passes through `redact` as a whole before it is written, so that
 * no field, message or stack shows a token, whatever code logs it.
 * @param component the program, such as `gateway`
 * @param level the lowest level that is written; pino's names, and `silent`
 */
export function makeLogger(component: string, level: string, destination: DestinationStream = process.stdout): Logger {
  const redacting: DestinationStream = { write: (line: string) => destination.write(redact(line)) };
  return pino(
    {
      level,
      base: { component },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    redacting,
  );
}
