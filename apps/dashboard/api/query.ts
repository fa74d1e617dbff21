import { QueryClient } from '@tanstack/react-query';
import { ApiError } from './client.js';

/** Keys of the query cache: the only place where server state lives. */
export const keys = {
  session: ['session'] as const,
  namespaces: ['namespaces'] as const,
  vms: (namespace: string) => ['vms', namespace] as const,
  gatetokens: (namespace: string) => ['gatetokens', namespace] as const,
  gatesessions: (namespace: string) => ['gatesessions', namespace] as const,
  screenshot: (namespace: string, name: string) => ['screenshot', namespace, name] as const,
  check: (namespace: string, request: unknown) => ['check', namespace, request] as const,
  access: (namespace: string, vm: string) => ['access', namespace, vm] as const,
};

/** Whether a failed read is tried again: faults that may pass, twice; a refusal never. */
function shouldRetry(failures: number, error: Error): boolean {
  if (failures >= 2) return false;
  return error instanceof ApiError && (error.code === 0 || error.code === 429 || error.code >= 500);
}

/** One cache per page load. A 401 from any request means that the sign-in ended, so the session is read again. */
export function makeQueryClient(): QueryClient {
  const client = new QueryClient({
    defaultOptions: {
      queries: { retry: shouldRetry, staleTime: 10_000 },
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
