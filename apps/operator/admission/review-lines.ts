import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { type AuditEvent, LineLimit, type Logger, LOGGER, omittedWhy, writeAudit } from '#libs/ops';

type Refused = Extract<AuditEvent, { outcome: 'refused' | 'failed' }>;

/**
 * Bounds what one user can write to the audit log by being refused (security.md row 21): of the lines about one user,
 * namespace and rule, so many a minute, and then one that says how many were left out. What was done always has its line.
 */
@Injectable()
export class ReviewLines implements OnApplicationShutdown {
  readonly #limit = new LineLimit((kind, omitted) => this.#sum(kind, omitted));

  constructor(@Inject(LOGGER) private readonly log: Logger) {}

  write(event: AuditEvent): void {
    if (event.outcome !== 'refused' || this.#limit.admits(kindOf(event))) writeAudit(this.log, event);
  }

  onApplicationShutdown(): void {
    this.#limit.end();
  }

  #sum(kind: string, omitted: number): void {
    writeAudit(this.log, { ...(JSON.parse(kind) as Refused), omitted, why: omittedWhy(omitted) });
  }
}

/** Bounded, as a name that is forged can be of any length. */
function kindOf({ audit, outcome, code, rule, who, what: { resource, namespace } }: Refused): string {
  const user = who && 'user' in who ? { user: who.user.slice(0, 300) } : who;
  return JSON.stringify({
    ...{ audit, outcome, code, rule, who: user },
    what: { verb: '*', resource, namespace: namespace?.slice(0, 300) },
  });
}
