import { type AuditGrant } from './audit-grant.js';
import { type Logger } from './logger.js';

/**
 * Who did it: a user whose token the cluster accepted, a valid grant as `namespace/name`, or a part of kube-gateway by
 * itself; never a mere claim.
 */
export type AuditWho = { readonly user: string } | { readonly grant: string } | { readonly component: string };

/** What was done, and to which object. */
export interface AuditWhat {
  /** As in Kubernetes' RBAC; of a VM the action, of a refused request its HTTP method. */
  readonly verb: string;
  readonly resource?: string | undefined;
  readonly subresource?: string | undefined;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  /** Of a GateToken, in what the operator observes. */
  readonly uid?: string | undefined;
  /** Where the request names no object: its path, without the query. */
  readonly path?: string | undefined;
}

/** How it came out. `failed`: the cluster or the gateway was at fault, or the client left. */
export type AuditResult =
  | { readonly outcome: 'allowed'; readonly code?: number }
  | {
      readonly outcome: 'refused' | 'failed';
      /** HTTP status, or the close code of a console. */
      readonly code: number;
      /** Which rule: docs/audit.md lists them. */
      readonly rule: string;
      readonly why: string;
    };

/** What a request asked for that has an event of its own; every other refused request is a `refuse`. */
export type AuditedAction =
  'issue' | 'check' | 'revoke' | 'delete' | 'cut' | 'sign-in' | 'sign-out' | 'vm-action' | 'write' | 'upgrade' | 'open';

interface Request {
  readonly who?: AuditWho | undefined;
  /** The client's address. */
  readonly from: string;
  readonly what: AuditWhat;
  /** How many more lines like this one were left out. */
  readonly omitted?: number;
}

/** Told by the operator's admission webhook, which knows the user, but not where they are. */
interface Asked {
  readonly who: AuditWho;
  readonly what: AuditWhat;
  /** How many more lines like this one were left out. */
  readonly omitted?: number;
}

interface ConsoleClose {
  /** Name of its GateSession. */
  readonly session: string;
  readonly code: number;
  readonly why: string;
  readonly seconds: number;
  readonly 'bytes-in': number;
  readonly 'bytes-out': number;
}

/** Everything that the audit log tells. docs/audit.md has the same as a table. */
export type AuditEvent =
  | (Request &
      AuditResult & { readonly audit: AuditedAction; /** Of `issue`. */ readonly grant?: AuditGrant | undefined })
  | (Request & Exclude<AuditResult, { outcome: 'allowed' }> & { readonly audit: 'refuse' })
  | (Request & AuditResult & { readonly audit: 'redeem'; readonly how: 'link' | 'jwt'; readonly 'single-use': boolean })
  | (Request & AuditResult & { readonly audit: 'open'; readonly session?: string })
  | (Request & ConsoleClose & { readonly audit: 'close'; readonly outcome: 'ended' })
  | (Asked & Exclude<AuditResult, { outcome: 'allowed' }> & { readonly audit: 'issue'; readonly grant: AuditGrant })
  | (Asked & { readonly audit: 'revoke'; readonly outcome: 'allowed' })
  | (Asked & AuditResult & { readonly audit: 'configure'; /** That an update changes. */ readonly fields?: string[] })
  | {
      /** Seen by the operator in its watch, however it was done. */
      readonly audit: 'issue' | 'revoke' | 'delete';
      readonly outcome: 'observed';
      readonly what: AuditWhat;
      readonly who?: AuditWho | undefined;
      /** Of `issue`. */
      readonly grant?: AuditGrant | undefined;
      /** What the client that wrote it calls itself. Anyone can choose it: it is no user. */
      readonly manager?: string | undefined;
      /** It was there when the operator began to lead: an earlier one may have written the same line. */
      readonly existed?: true;
    };

/** The longest text of a field: paths and messages may hold whatever a client sent. */
const LONGEST = 300;
/** The most entries of a list, such as the fields that an update changes. */
const MOST_ENTRIES = 50;

/** Writes one line. The logger masks what looks like a token; even so, no event is given one. */
export function writeAudit(log: Logger, event: AuditEvent): void {
  const { audit, outcome } = event;
  const level = outcome === 'refused' || outcome === 'failed' ? 'warn' : 'info';
  log[level](bounded(event), `${audit} ${outcome}`);
}

/** @returns the outcome of a request by its HTTP status. @param rule and why: of one that was not allowed */
export function resultOf(code: number, rule: string, why: string): AuditResult {
  if (code < 400) return { outcome: 'allowed', code };
  return { outcome: code >= 499 ? 'failed' : 'refused', code, rule, why };
}

/** The same with no text and no list longer than the log should hold. */
function bounded<T extends object>(value: T): T {
  const cut = (one: unknown): unknown => {
    if (typeof one === 'string') return one.slice(0, LONGEST);
    if (Array.isArray(one)) return one.slice(0, MOST_ENTRIES).map(cut);
    return typeof one === 'object' && one !== null ? bounded(one) : one;
  };
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, cut(one)])) as T;
}
