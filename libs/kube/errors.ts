import { type V1Status } from '@kubernetes/client-node';

/** What every non-2xx answer of the API server is turned into: the parts of metav1.Status that callers decide by. */
export interface StatusLike extends Required<Pick<V1Status, 'code' | 'reason' | 'message'>>, Pick<V1Status, 'details'> {
  /** The answer was not a Status: the message is its text as it came, from KubeVirt or a proxy between. */
  plain?: boolean;
}

const STALE = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);

/** True for faults of a connection that was kept open and closed by the server in the same moment: worth one more try. */
export function isStale(error: unknown): boolean {
  return error instanceof Error && 'code' in error && STALE.has(String(error.code));
}

/** The API server answered, but not with a 2xx. */
export class KubeError extends Error {
  override readonly name = 'KubeError';
  /** How long the server asks to wait (header Retry-After or details.retryAfterSeconds); undefined when it does not. */
  readonly retryAfterMs: number | undefined;

  constructor(
    readonly status: StatusLike,
    retryAfterSeconds?: number,
  ) {
    super(status.message);
    const seconds = retryAfterSeconds ?? status.details?.retryAfterSeconds;
    this.retryAfterMs = seconds === undefined || !Number.isFinite(seconds) ? undefined : Math.max(0, seconds * 1000);
  }

  get code(): number {
    return this.status.code;
  }

  get reason(): string {
    return this.status.reason;
  }
}

/** No answer came: connection refused, cut, timed out, TLS failed. `cause` is the fault below. */
export class NetworkError extends Error {
  override readonly name = 'NetworkError';

  constructor(message: string, cause: unknown) {
    super(message, { cause });
  }

  /** The system's code of the fault (`ECONNREFUSED`, `UND_ERR_SOCKET`), where it has one. */
  get code(): string | undefined {
    const { cause } = this;
    return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined;
  }
}

/** The answer cannot be read: no JSON where JSON belongs. */
export class GarbageError extends Error {
  override readonly name = 'GarbageError';
}

/** True for a KubeError with one of these HTTP codes. */
export function isKubeError(error: unknown, ...codes: number[]): error is KubeError {
  return error instanceof KubeError && (codes.length === 0 || codes.includes(error.code));
}

/** True for what passes by itself: no answer came, or the API server failed or is overloaded. */
export function isOutage(error: unknown): error is KubeError | NetworkError {
  return error instanceof NetworkError || (error instanceof KubeError && (error.code >= 500 || error.code === 429));
}

/** How long the API server asks to wait before the next try, in milliseconds; 0 where it does not ask. */
export function retryAfterOf(error: unknown): number {
  return error instanceof KubeError ? (error.retryAfterMs ?? 0) : 0;
}

/** The reason of each HTTP status: Kubernetes' own (apimachinery pkg/apis/meta/v1/types.go), else HTTP's name of it. */
export const STATUS_REASONS = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  408: 'RequestTimeout',
  409: 'Conflict',
  410: 'Gone',
  413: 'RequestEntityTooLarge',
  417: 'ExpectationFailed',
  421: 'MisdirectedRequest',
  422: 'Invalid',
  425: 'TooEarly',
  429: 'TooManyRequests',
  431: 'RequestHeaderFieldsTooLarge',
  500: 'InternalError',
  502: 'BadGateway',
  503: 'ServiceUnavailable',
  504: 'Timeout',
} as const;

function reasonOf(code: number): string {
  const reasons: Readonly<Record<number, string>> = STATUS_REASONS;
  return reasons[code] ?? 'Unknown';
}

/**
 * Turns an error answer into a KubeError, also when its body is not a Status (from a proxy between, or KubeVirt's plain text).
 * @param code HTTP status code
 * @param body the body as text
 * @param retryAfter header Retry-After, in seconds; a date there is ignored
 */
export function toKubeError(code: number, body: string, retryAfter?: string): KubeError {
  const seconds = retryAfter !== undefined && /^\d+$/.test(retryAfter) ? Number(retryAfter) : undefined;
  return new KubeError(parseStatus(code, body), seconds);
}

function parseStatus(code: number, body: string): StatusLike {
  const fallback = {
    code,
    reason: reasonOf(code),
    message: body.slice(0, 500) || `HTTP ${code}`,
    plain: true,
  };
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return fallback;
  }
  return readStatus(value, fallback) ?? fallback;
}

/** Reads a metav1.Status (an answer, or the object of a watch's ERROR event); undefined if `value` is not one. */
export function readStatus(value: unknown, fallback?: StatusLike): StatusLike | undefined {
  if (typeof value !== 'object' || value === null || !('kind' in value) || value.kind !== 'Status') return undefined;
  const status = value as Partial<StatusLike>;
  const code = typeof status.code === 'number' ? status.code : (fallback?.code ?? 500);
  return {
    code,
    reason: typeof status.reason === 'string' ? status.reason : reasonOf(code),
    message: typeof status.message === 'string' ? status.message : (fallback?.message ?? `HTTP ${code}`),
    ...(status.details ? { details: status.details } : {}),
  };
}
