import { type Status } from '#libs/api';

/** Kubernetes' reason of each HTTP status that the gateway answers with (apimachinery pkg/apis/meta/v1/types.go). */
const REASONS = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  409: 'Conflict',
  410: 'Gone',
  413: 'RequestEntityTooLarge',
  422: 'Invalid',
  425: 'TooEarly',
  429: 'TooManyRequests',
  431: 'RequestHeaderFieldsTooLarge',
  500: 'InternalError',
  502: 'BadGateway',
  503: 'ServiceUnavailable',
  504: 'Timeout',
} as const;

export type RefusalCode = keyof typeof REASONS;

/** One word for a page's heading, by status: what happened, in a person's language. */
const HEADINGS: Record<RefusalCode, string> = {
  400: 'This request is not understood',
  401: 'This needs a valid link or a sign-in',
  403: 'This is not allowed',
  404: 'Nothing is here',
  405: 'This is not allowed here',
  409: 'This is not possible now',
  410: 'This link no longer works',
  413: 'This is too large',
  422: 'This is not valid',
  425: 'This link does not work yet',
  429: 'Too many requests',
  431: 'This address is too long',
  500: 'Something went wrong',
  502: 'The cluster gives no usable answer',
  503: 'Not available at the moment',
  504: 'The cluster does not answer in time',
};

export interface RefusalMore {
  /** Overrides Kubernetes' reason of the status. */
  readonly reason?: string;
  /** Seconds after which trying again makes sense. */
  readonly retryAfter?: number;
  /** Which fields are wrong, and how. */
  readonly details?: NonNullable<Status['details']>;
}

/** A refusal that the caller may see: what happened (`message`) and what to do (`hint`), under an HTTP status. */
export class Refusal extends Error {
  constructor(
    readonly code: RefusalCode,
    message: string,
    readonly hint: string = '',
    private readonly more: RefusalMore = {},
  ) {
    super(message);
  }

  get reason(): string {
    return this.more.reason ?? REASONS[this.code];
  }

  /** Seconds after which trying again makes sense. */
  get retryAfter(): number | undefined {
    return this.more.retryAfter;
  }

  /** The same of something that was found out since. */
  with(message: string): Refusal {
    return new Refusal(this.code, message, this.hint, this.more);
  }

  get heading(): string {
    return HEADINGS[this.code];
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
  return status in REASONS;
}
