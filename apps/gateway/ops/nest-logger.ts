import { type LoggerService } from '@nestjs/common';
import { type Logger } from 'pino';

/** What Nest itself says goes to the one logger; how modules are put together interests nobody in production. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, ...rest: unknown[]): void {
    this.logger.debug({ context: rest.at(-1) }, String(message));
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.logger.warn({ context: rest.at(-1) }, String(message));
  }

  /** Objects carry their own fields (an error, a correlation id). */
  error(message: unknown, ...rest: unknown[]): void {
    const fields = typeof message === 'object' && message !== null && !(message instanceof Error) ? message : {};
    this.logger.error({ ...fields, context: rest.at(-1), detail: rest.slice(0, -1) }, textOf(message));
  }
}

function textOf(message: unknown): string {
  if (message instanceof Error) return message.stack ?? message.message;
  return typeof message === 'string' ? message : 'unexpected error';
}
