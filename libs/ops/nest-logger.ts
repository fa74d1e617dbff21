import { type LoggerService } from '@nestjs/common';
import { type Logger } from './logger.js';

/**
 * Passes on what Nest logs, with the class that logs it as `context`. How modules are put together and which routes
 * there are is logged at level `debug`: it helps developers alone.
 */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  verbose(message: unknown, ...rest: unknown[]): void {
    this.logger.trace({ context: rest.at(-1) }, String(message));
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.logger.debug({ context: rest.at(-1) }, String(message));
  }

  log(message: unknown, ...rest: unknown[]): void {
    this.logger.debug({ context: rest.at(-1) }, String(message));
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.logger.warn({ context: rest.at(-1) }, String(message));
  }

  /** Takes an error, a text (with a stack after it), or an object of fields (with a text after it). */
  error(message: unknown, ...rest: unknown[]): void {
    const context = rest.at(-1);
    const detail = rest.length > 1 ? rest[0] : undefined;
    if (message instanceof Error) this.logger.error({ err: message, context });
    else if (typeof message === 'object') this.logger.error({ ...message, context }, text(detail));
    else this.logger.error({ context, stack: detail }, text(message));
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : 'unexpected error';
}
