import { type Status } from '#libs/api';
import { STATUS_REASONS } from '#libs/kube';
import { type AuditWho } from '#libs/ops';

export type RefusalCode = keyof typeof STATUS_REASONS;

/** The heading of a page, by status: what happened, in a few words. */
const HEADINGS: Record<RefusalCode, string> = {
  400: 'Invalid request',
  401: 'A valid link or sign-in is required',
  403: 'Access denied',
  404: 'Not found',
  405: 'Method not allowed',
  408: 'The request took too long',
  409: 'This is not possible right now',
  410: 'This link is no longer valid',
  413: 'Request too large',
  417: 'Expectation not supported',
  421: 'This gateway has another address',
  422: 'Invalid input',
  425: 'This link is not valid yet',
  429: 'Too many requests',
  431: 'Address or headers too long',
  500: 'Something went wrong',
  502: 'No valid response',
  503: 'Temporarily unavailable',
  504: 'No response in time',
};

export interface RefusalMore {
  /** Overrides Kubernetes' reason of the status. */
  readonly reason?: string;
  /** Seconds after which a retry makes sense. */
  readonly retryAfter?: number;
  /** Which fields are wrong, and how. */
  readonly details?: NonNullable<Status['details']>;
  /** Overrides the heading of the status, on the page. */
  readonly heading?: string;
  /** Where to go on, on the page. */
  readonly link?: { readonly href: string; readonly text: string };
  /** The fault below, for the log alone. */
  readonly cause?: unknown;
  /** What refuses, for the audit log alone; docs/audit.md lists them. Without it the reason. */
  readonly rule?: string;
  /** The grant that is refused, for the audit log alone. */
  readonly who?: AuditWho | undefined;
  /** Nothing was attempted: it has no line in the audit log. */
  readonly unaudited?: boolean;
}

/** A refusal that the caller may see: what happened (`message`) and what to do (`hint`), under an HTTP status. */
export class Refusal extends Error {
  constructor(
    readonly code: RefusalCode,
    message: string,
    readonly hint: string = '',
    private readonly more: RefusalMore = {},
  ) {
    super(message, more.cause === undefined ? {} : { cause: more.cause });
  }

  get reason(): string {
    return this.more.reason ?? STATUS_REASONS[this.code];
  }

  /** What refused, in the audit log. */
  get rule(): string {
    return this.more.rule ?? this.reason;
  }

  /** Whose request or grant it refused, where that is known. */
  get who(): AuditWho | undefined {
    return this.more.who;
  }

  /** Nothing was attempted: it has no line in the audit log. */
  get unaudited(): boolean {
    return this.more.unaudited === true;
  }

  /** Seconds after which a retry makes sense. */
  get retryAfter(): number | undefined {
    return this.more.retryAfter;
  }

  /** Where to go on, on the page. */
  get link(): RefusalMore['link'] {
    return this.more.link;
  }

  /** The same refusal with another message. */
  with(message: string): Refusal {
    return new Refusal(this.code, message, this.hint, this.more);
  }

  get heading(): string {
    return this.more.heading ?? HEADINGS[this.code];
  }

  /** The body for programs: Kubernetes' own shape. */
  toStatus(): Status {
    const message = this.hint === '' ? this.message : `${this.message} ${this.hint}`;
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message,
      reason: this.reason,
      code: this.code,
      ...(this.more.details && { details: this.more.details }),
    };
  }
}

export function isRefusalCode(status: number): status is RefusalCode {
  return status in STATUS_REASONS;
}
