import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { type AuditEvent, LineLimit, omittedWhy } from '#libs/ops';
import { Audit } from '../ops/audit.js';
import { networkOf } from './client-address.js';

/**
 * Bounds what one client can write to the audit log by being refused (security.md row 21): of the lines about one address,
 * rule and credential, so many a minute, and then one that says how many were left out. What was done or may have been
 * done always has its line, and so does every named action, such as `issue`, that was refused to a known user or grant.
 */
@Injectable()
export class RefusalLines implements OnApplicationShutdown {
  /** By kind: JSON. */
  readonly #limit = new LineLimit((kind, omitted) => this.sum(kind, omitted));

  constructor(@Inject(Audit) private readonly audit: Pick<Audit, 'write'>) {}

  /** Writes the line of a request, or counts it. */
  write(event: AuditEvent): void {
    if (!isBounded(event) || this.#limit.admits(kindOf(event))) this.audit.write(event);
  }

  get size(): number {
    return this.#limit.size;
  }

  onApplicationShutdown(): void {
    this.#limit.end();
  }

  private sum(kind: string, omitted: number): void {
    this.audit.write({ ...(JSON.parse(kind) as Refused), what: { verb: '*' }, omitted, why: omittedWhy(omitted) });
  }
}

type Refused = Extract<AuditEvent, { outcome: 'refused' | 'failed'; from: string }>;

/** Nothing was done. */
function isBounded(event: AuditEvent): event is Refused {
  return event.audit === 'refuse' || (event.outcome === 'refused' && event.who === undefined);
}

function kindOf({ audit, outcome, code, rule, who, from }: Refused): string {
  const network = networkOf(from);
  return JSON.stringify({ audit, outcome, code, rule, who, from: network === from ? from : `${network}::/64` });
}
