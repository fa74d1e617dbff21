import { useQuery } from '@tanstack/react-query';
import { ApiError } from '../api/client.js';
import { keys } from '../api/query.js';
import { getScreenshot } from '../api/rest.js';

const EVERY_MS = 10_000;
const LONGEST_MS = 120_000;

/** What a failed picture says about the next: only a user without the right to it is not served later. */
export const afterFailure = {
  retry: (_failures: number, error: Error) => !(error instanceof ApiError && (error.unauthorized || error.forbidden)),
  /** @param failures in a row before this one */
  retryDelay: (failures: number) => Math.min(EVERY_MS * 2 ** failures, LONGEST_MS),
};

/**
 * A picture of a running VM's screen, refreshed while the page is visible. After a failure it is tried again, less and
 * less often; until then `problem` says what failed.
 */
export function useScreenshot(namespace: string, name: string, on: boolean) {
  const { data, failureReason, error, isFetching, refetch } = useQuery({
    queryKey: keys.screenshot(namespace, name),
    queryFn: ({ signal }) => getScreenshot(namespace, name, signal),
    enabled: on,
    ...afterFailure,
    gcTime: 0,
    refetchInterval: ({ state }) => (state.error ? false : EVERY_MS),
  });
  const problem = failureReason ?? error;
  // Between two tries the library counts as fetching, but nothing is under way.
  return { data, problem, busy: isFetching && !problem, refresh: refetch };
}
