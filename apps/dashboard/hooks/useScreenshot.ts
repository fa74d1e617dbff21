import { type QueryFunctionContext, useQuery } from '@tanstack/react-query';
import { ApiError } from '../api/client.js';
import { keys } from '../api/query.js';
import { getScreenshot } from '../api/rest.js';

const EVERY_MS = 10_000;
/** Of a screen that does not change. */
const RAREST_MS = 60_000;
const LONGEST_MS = 120_000;

interface Shot {
  tag: string | null;
  picture: Blob;
  /** How many times in a row it was found to be the same. */
  unchanged: number;
}

/** What a failed picture says about the next: only a user without the right to it is not served later. */
export const afterFailure = {
  retry: (_failures: number, error: Error) => !(error instanceof ApiError && (error.unauthorized || error.forbidden)),
  /** @param failures in a row before this one */
  retryDelay: (failures: number) => Math.min(EVERY_MS * 2 ** failures, LONGEST_MS),
};

type Key = ReturnType<typeof keys.screenshot>;

/** A picture that has not changed stays the one that is shown. */
export async function takeShot({ client, queryKey, signal }: QueryFunctionContext<Key>): Promise<Shot> {
  const [, namespace, name] = queryKey;
  const shot = await getScreenshot(namespace, name, signal);
  const before = client.getQueryData<Shot>(queryKey);
  return before?.tag && before.tag === shot.tag
    ? { ...before, unchanged: before.unchanged + 1 }
    : { ...shot, unchanged: 0 };
}

/** KubeVirt draws each picture anew: of a screen that does not change, one is taken less and less often. */
export const nextMs = ({ unchanged }: Pick<Shot, 'unchanged'>): number =>
  Math.min(EVERY_MS * 2 ** unchanged, RAREST_MS);

/**
 * A picture of a running VM's screen, refreshed while the page is visible. After a failure it is tried again, less and
 * less often; until then `problem` says what failed.
 */
export function useScreenshot(namespace: string, name: string, on: boolean) {
  const { data, failureReason, error, isFetching, refetch } = useQuery({
    queryKey: keys.screenshot(namespace, name),
    queryFn: takeShot,
    enabled: on,
    ...afterFailure,
    gcTime: 0,
    refetchInterval: ({ state }) => (state.error || !state.data ? false : nextMs(state.data)),
  });
  const problem = failureReason ?? error;
  // Between two tries the library counts as fetching, but nothing is under way.
  return { picture: data?.picture, problem, busy: isFetching && !problem, refresh: refetch };
}
