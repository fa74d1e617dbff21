import { type LoggerService } from '@nestjs/common';
import { type Logger, pino } from 'pino';
import { redact } from '#libs/token';

export type { Logger };

/** JSON lines on standard output. Every line passes through redact: what gives access is logged by no one's care. */
export function makeLog(level: string): Logger {
  const out = { write: (line: string) => void process.stdout.write(redact(line)) };
  const base = { name: 'kube-gateway-operator' };
  return pino(
    { level, base, timestamp: pino.stdTimeFunctions.isoTime, formatters: { level: (label) => ({ level: label }) } },
    out,
  );
}

/** Nest's own lines, through the same door. */
export class NestLog implements LoggerService {
  constructor(private readonly out: Logger) {}

  debug(message: unknown): void {
    this.out.debug(String(message));
  }
  verbose(message: unknown): void {
    this.out.trace(String(message));
  }
  /** What Nest has to say in normal times (modules, routes) is of use to developers alone. */
  log(message: unknown): void {
    this.out.debug(String(message));
  }
  warn(message: unknown): void {
    this.out.warn(String(message));
  }
  error(message: unknown): void {
    this.out.error(String(message));
  }
}
