import { randomUUID } from 'node:crypto';
import { type IncomingMessage } from 'node:http';
import { Injectable } from '@nestjs/common';
import {
  type AuditedAction,
  type AuditGrant,
  type AuditResult,
  type AuditWhat,
  type AuditWho,
  resultOf,
} from '#libs/ops';
import { Audit } from '../ops/audit.js';
import { Metrics } from '../ops/metrics.js';
import { ClientAddresses } from './client-address.js';
import { Refusal } from './refusal.js';
import { RefusalLines } from './refusal-lines.js';

/** Statuses that count as denied access. */
const DENIALS = new Set([401, 403, 410, 425]);

type AnyRequest = IncomingMessage & { originalUrl?: string };

/** What the audit log says of a request, whatever becomes of it. */
export interface Action {
  readonly audit: AuditedAction;
  readonly what: AuditWhat;
  /** Of `issue`. */
  readonly grant?: AuditGrant | undefined;
}

/** Finds out who made a request. @param isDone it is about what was done, and not in vain */
type Asked = (isDone: boolean) => Promise<AuditWho | undefined>;

/** Logs and counts requests, whichever door they use. */
@Injectable()
export class RequestLog {
  readonly #actions = new WeakMap<IncomingMessage, Action>();
  readonly #who = new WeakMap<IncomingMessage, Asked>();
  /** Those that have their line. */
  readonly #told = new WeakSet<IncomingMessage>();

  constructor(
    private readonly audit: Audit,
    private readonly lines: RefusalLines,
    private readonly metrics: Metrics,
    private readonly addresses: ClientAddresses,
  ) {}

  /** @returns to be called with the status once the answer has ended */
  began(door: 'http' | 'upgrade'): (code: number) => void {
    return this.metrics.request(door);
  }

  /** Remembers how to find out who made a request: that is asked only of what is written. */
  identify(req: IncomingMessage, who: Asked): void {
    this.#who.set(req, who);
  }

  /** The request is for an action that has an event of its own: `acted`, `refused` or `answered` writes it. */
  acts(req: IncomingMessage, action: Action): void {
    this.#actions.set(req, action);
  }

  /** Writes the event of an action. @param more what only the answer says */
  acted(
    req: AnyRequest,
    result: AuditResult,
    more: { what?: Partial<AuditWhat>; who?: AuditWho | undefined } = {},
  ): void {
    const action = this.#actions.get(req);
    if (action === undefined) return;
    this.#actions.delete(req);
    this.#told.add(req);
    const from = this.addresses.of(req);
    const { audit, grant } = action;
    const what = { ...action.what, ...more.what };
    void this.whoOf(req, result, more.who).then((who) =>
      this.lines.write({ audit, ...result, who, from, what, ...(grant && { grant }) }),
    );
  }

  signedOut(req: AnyRequest, user: string): void {
    this.acts(req, { audit: 'sign-out', what: { verb: 'sign-out' } });
    this.acted(req, { outcome: 'allowed' }, { who: { user } });
  }

  /** A page, a link or REST is answered with a refusal, or with a fault. */
  answered(req: AnyRequest, refusal: Refusal): void {
    if (DENIALS.has(refusal.code)) this.refused(req, refusal);
    else this.acted(req, resultOf(refusal.code, refusal.rule, refusal.message), { who: refusal.who });
  }

  /** A request ends with a refusal, or with a fault: that is its line, unless it has one. */
  refused(req: AnyRequest, refusal: Refusal): void {
    if (this.#told.has(req)) return;
    const { code, rule, message: why, who } = refusal;
    this.metrics.denied(code, refusal.reason);
    if (this.#actions.has(req)) return this.acted(req, resultOf(code, rule, why), { who });
    this.#told.add(req);
    if (refusal.unaudited) return;
    const { method: verb = '', originalUrl = req.url ?? '' } = req;
    const from = this.addresses.of(req);
    const what = { verb, path: originalUrl.split('?', 1)[0] };
    const result = { outcome: code >= 499 ? 'failed' : 'refused', code, rule, why } as const;
    void this.whoOf(req, result, who).then((known) =>
      this.lines.write({ audit: 'refuse', ...result, who: known, from, what }),
    );
  }

  /**
   * The answer to an error. An outage below a refusal and an unexpected error are logged here, with an ID that the
   * answer shows.
   */
  answerTo(where: string, error: unknown): Refusal {
    const id = randomUUID();
    if (!(error instanceof Refusal)) {
      this.audit.fault(where, error, id);
      return new Refusal(500, `Internal gateway error (${id}).`, "Search the gateway's log for this ID.");
    }
    if (error.cause === undefined) return error;
    this.audit.outage(where, error.cause, id);
    return error.with(`${error.message.replace(/\.$/, '')} (${id}).`);
  }

  /** After 401 nobody is asked: the cluster does not know the credential. */
  private async whoOf(req: IncomingMessage, result: AuditResult, known?: AuditWho): Promise<AuditWho | undefined> {
    return known ?? (result.code === 401 ? undefined : await this.#who.get(req)?.(result.outcome === 'allowed'));
  }
}
