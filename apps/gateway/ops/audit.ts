import { Inject, Injectable } from '@nestjs/common';
import { type AuditEvent, type Logger, LOGGER, writeAudit } from '#libs/ops';

/** The audit log, and the faults that an answer's ID leads to. */
@Injectable()
export class Audit {
  readonly #hearers: ((event: AuditEvent) => void)[] = [];

  constructor(@Inject(LOGGER) private readonly log: Logger) {}

  /** One line for one event. */
  write(event: AuditEvent): void {
    writeAudit(this.log, event);
    for (const hear of this.#hearers) hear(event);
  }

  /** Calls `hear` with every event that is written. */
  onWritten(hear: (event: AuditEvent) => void): void {
    this.#hearers.push(hear);
  }

  /**
   * A bug in the gateway or a fault below it that nothing else handles.
   * @param id leads from the answer to this line
   */
  fault(where: string, error: unknown, id?: string): void {
    this.log.error({ where, ...(id === undefined ? {} : { id }), err: error }, 'unexpected error');
  }

  /** Why the API server, or the web application, failed the request whose answer shows this ID. */
  outage(where: string, error: unknown, id: string): void {
    this.log.warn({ where, id, err: error }, 'a server behind the gateway failed');
  }
}
