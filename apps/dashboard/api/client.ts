import { COOKIES_BLOCKED, type Status } from '#libs/api';

/** A refusal of the gateway, as a metav1.Status; `code` 0 means that there was no answer. */
export class ApiError extends Error {
  readonly code: number;
  readonly reason: string;

  constructor(status: Pick<Status, 'code' | 'reason' | 'message'>) {
    super(status.message);
    this.name = 'ApiError';
    this.code = status.code;
    this.reason = status.reason;
  }

  get unauthorized(): boolean {
    return this.code === 401;
  }

  /** The browser does not keep the gateway's cookies. */
  get cookiesBlocked(): boolean {
    return this.reason === COOKIES_BLOCKED.reason;
  }

  get forbidden(): boolean {
    return this.code === 403;
  }
}

export interface CallOptions {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Sent as JSON. */
  body?: unknown;
  /** Sent as a form instead. */
  form?: Record<string, string>;
  /** Changes nothing, as a GET: it is given up when no answer comes. */
  reads?: boolean;
  signal?: AbortSignal;
}

/** How long a read waits for its answer to begin: a gateway that asks a silent cluster would answer after a minute. */
const READ_MS = 15_000;

/** Calls the gateway; throws {@link ApiError} on everything but 2xx. */
export async function call(path: string, options: CallOptions = {}): Promise<Response> {
  const { method = 'GET', body, form, reads = method === 'GET', signal } = options;
  const init: RequestInit = { method, credentials: 'same-origin', headers: { accept: 'application/json' } };
  const late = new AbortController();
  init.signal = AbortSignal.any(signal ? [signal, late.signal] : [late.signal]);
  if (form) init.body = new URLSearchParams(form);
  else if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers = { accept: 'application/json', 'content-type': 'application/json' };
  }
  const timer = reads ? setTimeout(() => late.abort(), READ_MS) : undefined;
  const response = await fetch(path, init)
    .catch((error: unknown) => {
      if (signal?.aborted) throw error;
      throw new ApiError(late.signal.aborted ? NO_ANSWER : UNREACHABLE);
    })
    .finally(() => clearTimeout(timer));
  if (!response.ok) throw await refusal(response);
  return response;
}

/** Calls the gateway and reads its JSON answer; an empty one is undefined. */
export async function callJson<T>(path: string, options?: CallOptions): Promise<T> {
  const response = await call(path, options);
  const text = await response.text();
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

const NO_ANSWER = {
  code: 504,
  reason: 'Timeout',
  message: `No answer within ${READ_MS / 1_000} s: the gateway or the cluster does not respond. Try again in a moment.`,
};
const UNREACHABLE = {
  code: 0,
  reason: 'NetworkError',
  message: 'Cannot reach the gateway. Check your network connection and try again.',
};

async function refusal(response: Response): Promise<ApiError> {
  const text = await response.text().catch(() => '');
  const status = readStatus(text);
  return new ApiError({
    code: response.status,
    reason: status?.reason ?? response.statusText,
    message: status?.message ?? `The gateway returned ${response.status} ${response.statusText}`.trim(),
  });
}

function readStatus(text: string): Partial<Status> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
