import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { type GateServer, type GateToken, type GateTokenStatus } from '#libs/api';
import { type KubeObject } from '#libs/kube';
import {
  auditedGrant,
  type AuditGrant,
  type AuditWhat,
  type AuditWho,
  type Logger,
  LOGGER,
  writeAudit,
} from '#libs/ops';
import { writersOf } from './written-by.js';

/** What the operator does itself: the removal of a grant after its retention, the end of one that may not be stored. */
const ITSELF: AuditWho = { component: 'kube-gateway-operator' };

/** GateTokens that are being deleted, or were just now. */
const REMEMBERED = 10_000;

interface Observed {
  grant?: AuditGrant;
  who?: AuditWho | undefined;
  manager?: string | undefined;
  existed?: true;
}

type GateTokenPhase = GateTokenStatus['phase'];

/**
 * Writes to the audit log what the operator sees of GateTokens, and the end of GateServers: every GateToken that is issued,
 * revoked or deleted has a line, however that was done. What a gateway did has a line of its own there, with the user.
 *
 * What it has told already it knows by itself: by the status of a GateToken, whoever can write that could have its line left
 * out. After a restart it tells everything that there is once more, rather than leave anything out.
 */
@Injectable()
export class Audit {
  readonly #removing = new LRUCache<string, true>({ max: REMEMBERED });
  readonly #gone = new LRUCache<string, true>({ max: REMEMBERED });
  /** By UID. */
  readonly #existed = new Set<string>();
  readonly #told = new Map<string, { isRevoked: boolean }>();

  constructor(@Inject(LOGGER) private readonly log: Logger) {}

  /** This replica begins to lead. @param tokens that there are: an earlier leader may have told of them */
  begin(tokens: readonly GateToken[]): void {
    for (const { metadata } of tokens) this.#existed.add(metadata.uid ?? '');
  }

  /**
   * A GateToken was looked at.
   * @param phase as it was decided
   * @param issuer verified; undefined where nobody vouches for one
   */
  seen(token: GateToken, phase: GateTokenPhase, issuer: string | undefined): void {
    const { uid = '' } = token.metadata;
    if (this.#gone.has(uid)) return;
    const told = this.#told.get(uid);
    const more = !told && this.#existed.has(uid) ? { existed: true as const } : {};
    if (!told) this.#issued(token, issuer, more);
    const isRevoked = phase === 'Revoked';
    if (isRevoked && !told?.isRevoked) this.#revoked(token, more);
    this.#told.set(uid, { isRevoked: isRevoked || told?.isRevoked === true });
  }

  #issued(token: GateToken, issuer: string | undefined, more: Observed): void {
    const [first] = writersOf(token).filter(({ subresource }) => subresource === undefined);
    const who = issuer === undefined ? undefined : { user: issuer };
    this.#observe('issue', whatOf(token, 'create'), {
      who,
      grant: auditedGrant(token.spec),
      manager: first?.manager,
      ...more,
    });
  }

  #revoked(token: GateToken, more: Observed): void {
    const what = whatOf(token, 'patch');
    const isAsked = token.spec.revoked === true;
    // Whoever may write the status can end a grant there, as the operator did before a restart.
    if (!isAsked && token.status?.phase !== 'Revoked') return this.#observe('revoke', what, { who: ITSELF, ...more });
    const by = writersOf(token).find(({ fieldsV1 }) =>
      isAsked ? fieldsV1?.['f:spec']?.['f:revoked'] : fieldsV1?.['f:status']?.['f:phase'],
    );
    this.#observe('revoke', what, { manager: by?.manager, ...more });
  }

  /** The operator is about to delete it. */
  removing({ metadata: { uid = '' } }: GateToken): void {
    this.#removing.set(uid, true);
  }

  /** The watch shows that it is gone. */
  deleted(token: GateToken): void {
    const { uid = '' } = token.metadata;
    const isOwn = this.#removing.delete(uid);
    // Nobody looks any more for who created it.
    if (!this.#told.has(uid)) this.#issued(token, undefined, this.#existed.has(uid) ? { existed: true } : {});
    this.#gone.set(uid, true);
    this.#told.delete(uid);
    this.#existed.delete(uid);
    this.#observe('delete', whatOf(token, 'delete'), isOwn ? { who: ITSELF } : {});
  }

  /** The watch shows that a GateServer is gone. */
  serverDeleted({ metadata: { namespace, name, uid } }: GateServer): void {
    this.#observe('delete', { verb: 'delete', resource: 'gateservers', namespace, name, uid }, {});
  }

  #observe(audit: 'issue' | 'revoke' | 'delete', what: AuditWhat, more: Observed): void {
    writeAudit(this.log, { audit, outcome: 'observed', what, ...more });
  }
}

function whatOf({ metadata: { namespace, name, uid } }: KubeObject, verb: string): AuditWhat {
  return { verb, resource: 'gatetokens', namespace, name, uid };
}
