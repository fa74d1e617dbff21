import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { type AuditEvent } from '#libs/ops';
import { Audit } from '../ops/audit.js';
import { networkOf } from './client-address.js';

/** Lines of one kind that are written in a minute; the others are counted. */
const MOST_LINES = 60;
const MINUTE_MS = 60_000;
/** Kinds that are counted at once: less than 1 MB. */
const MOST_KINDS = 1000;

interface Count {
  written: number;
  omitted: number;
}

/**
 * Bounds what one client can write to the audit log by being refused (security.md row 21): of the lines about one address,
 * rule and credential, so many a minute, and then one that says how many were left out. What was done, or may have been,
 * and what somebody who is known asked for in vain, always has its line.
 */
@Injectable()
export class RefusalLines implements OnApplicationShutdown {
  /** By kind: JSON, which unlike parts of a request does not keep its headers in memory. */
  readonly #counts = new LRUCache<string, Count>({
    max: MOST_KINDS,
    dispose: ({ omitted }, kind) => this.sum(kind, omitted),
  });
  /** The minute that ends next; none while nobody is refused. */
  #minute: NodeJS.Timeout | undefined;

  constructor(@Inject(Audit) private readonly audit: Pick<Audit, 'write'>) {}

  /** Writes the line of a request, or counts it. */
  write(event: AuditEvent): void {
    if (!isBounded(event)) return this.audit.write(event);
    this.#minute ??= setTimeout(() => this.next(), MINUTE_MS).unref();
    const kind = kindOf(event);
    const count = this.#counts.get(kind) ?? { written: 0, omitted: 0 };
    if (count.written < MOST_LINES) {
      count.written += 1;
      this.audit.write(event);
    } else count.omitted += 1;
    this.#counts.set(kind, count);
  }

  get size(): number {
    return this.#counts.size;
  }

  onApplicationShutdown(): void {
    this.next();
  }

  private next(): void {
    clearTimeout(this.#minute);
    this.#minute = undefined;
    this.#counts.clear();
  }

  private sum(kind: string, omitted: number): void {
    if (omitted === 0) return;
    const why = `${omitted} more requests were refused for the same reason within a minute: they have no line of their own.`;
    this.audit.write({ ...(JSON.parse(kind) as Refused), what: { verb: '*' }, omitted, why });
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
