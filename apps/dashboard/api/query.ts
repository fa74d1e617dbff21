import { type Query, QueryClient } from '@tanstack/react-query';
import { ApiError } from './client.js';

/** Keys of the query cache: the only place where server state lives. */
export const keys = {
  session: ['session'] as const,
  namespaces: ['namespaces'] as const,
  /** The rights that the stream of changes says are missing. */
  lacks: (namespace: string) => ['lacks', namespace] as const,
  vms: (namespace: string) => ['vms', namespace] as const,
  /** Read again whenever the list is. */
  vm: (namespace: string, name: string) => ['vms', namespace, name] as const,
  gatetokens: (namespace: string) => ['gatetokens', namespace] as const,
  gatesessions: (namespace: string) => ['gatesessions', namespace] as const,
  screenshot: (namespace: string, name: string) => ['screenshot', namespace, name] as const,
  check: (namespace: string, request: unknown) => ['check', namespace, request] as const,
  access: (namespace: string, vm: string) => ['access', namespace, vm] as const,
};

export const FIRST_RETRY_MS = 5_000;
const LONGEST_RETRY_MS = 60_000;

/** Whether a failed read is tried again immediately: faults that may pass, twice; a refusal never, nor what took long. */
export function shouldRetry(failures: number, error: Error): boolean {
  return failures < 2 && mayPass(error) && (error as ApiError).reason !== 'Timeout';
}

/** There was no answer, or one that the next may differ from. */
export function mayPass(error: Error | null): boolean {
  return error instanceof ApiError && (error.code === 0 || error.code === 429 || error.code >= 500);
}

/** A link that is not valid yet, which waiting alone will cure. */
function isEarly(error: Error | null): boolean {
  return error instanceof ApiError && error.code === 425;
}

/** A page that could not load reads again by itself, less and less often; the browser also does when it is online again. */
export function readAgainMs({ state: { error, errorUpdateCount } }: Pick<Query, 'state'>): number | false {
  return (mayPass(error) || isEarly(error)) && Math.min(FIRST_RETRY_MS * 2 ** (errorUpdateCount - 1), LONGEST_RETRY_MS);
}

/** How often a page asks for what it is not told of. */
export const POLL_MS = 15_000;

/**
 * When a query is read again by itself.
 * @param polled the stream of changes does not tell of what it shows
 */
export function refetchMs(polled: boolean): (query: Pick<Query, 'state'>) => number | false {
  return (query) => readAgainMs(query) || (polled && query.state.error === null && POLL_MS);
}

/** One cache per page load. A 401 from any request means that the sign-in ended, so the session is read again. */
export function makeQueryClient(): QueryClient {
  const client = new QueryClient({
    defaultOptions: {
      queries: { retry: shouldRetry, refetchInterval: readAgainMs, staleTime: 10_000 },
      mutations: { retry: false },
    },
  });
  client.getQueryCache().subscribe((event) => {
    if (event.type !== 'updated' || event.action.type !== 'error') return;
    const [kind] = event.query.queryKey as readonly unknown[];
    const isSession = kind === keys.session[0];
    if (!isSession && event.action.error instanceof ApiError && event.action.error.unauthorized) {
      void client.invalidateQueries({ queryKey: keys.session });
    }
  });
  return client;
}
