import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { type GateToken } from '#libs/api';
import { type KubeObject } from '#libs/kube';
import { type AuditWhat, type AuditWho, type Logger, LOGGER, writeAudit } from '#libs/ops';

/** What the operator does itself: the removal of a grant after its retention, the end of one that may not be stored. */
const ITSELF: AuditWho = { component: 'kube-gateway-operator' };

/** Deletions of this process whose end the watch has not shown yet. */
const REMEMBERED = 10_000;

interface ManagedFields {
  readonly manager?: string;
  readonly subresource?: string;
  readonly fieldsV1?: { 'f:spec'?: Record<string, unknown> };
}

/**
 * Writes to the audit log what the operator sees of GateTokens: every one that is issued, revoked or deleted has a line,
 * however that was done. What a gateway did has a line of its own there, with the user.
 */
@Injectable()
export class Audit {
  readonly #removing = new LRUCache<string, true>({ max: REMEMBERED });

  constructor(@Inject(LOGGER) private readonly log: Logger) {}

  /** The first status of a GateToken is written. @param issuer verified; undefined where nobody vouches for one */
  issued(token: GateToken, issuer: string | undefined): void {
    const [first] = fieldsOf(token).filter(({ subresource }) => subresource === undefined);
    const who = issuer === undefined ? undefined : { user: issuer };
    this.observe('issue', whatOf(token, 'create'), who, first);
  }

  /** Its status becomes Revoked. */
  revoked(token: GateToken): void {
    const what = whatOf(token, 'patch');
    if (token.spec.revoked !== true) return this.observe('revoke', what, ITSELF);
    const by = fieldsOf(token).find(({ fieldsV1 }) => fieldsV1?.['f:spec']?.['f:revoked'] !== undefined);
    this.observe('revoke', what, undefined, by);
  }

  /** The operator is about to delete it. */
  removing({ metadata: { uid = '' } }: GateToken): void {
    this.#removing.set(uid, true);
  }

  /** The watch shows that it is gone. */
  deleted(token: GateToken): void {
    const isOwn = this.#removing.delete(token.metadata.uid ?? '');
    this.observe('delete', whatOf(token, 'delete'), isOwn ? ITSELF : undefined);
  }

  private observe(
    audit: 'issue' | 'revoke' | 'delete',
    what: AuditWhat,
    who: AuditWho | undefined,
    by?: ManagedFields,
  ): void {
    writeAudit(this.log, { audit, outcome: 'observed', what, who, manager: by?.manager });
  }
}

function whatOf({ metadata: { namespace, name } }: KubeObject, verb: string): AuditWhat {
  return { verb, resource: 'gatetokens', namespace, name };
}

function fieldsOf({ metadata }: KubeObject): readonly ManagedFields[] {
  return (metadata as { managedFields?: readonly ManagedFields[] }).managedFields ?? [];
}
