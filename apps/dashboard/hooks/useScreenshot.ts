import { useQuery } from '@tanstack/react-query';
import { keys } from '../api/query.js';
import { getScreenshot } from '../api/rest.js';

const EVERY_MS = 10_000;

/** A picture of a running VM's screen, refreshed while the page is visible. */
export function useScreenshot(namespace: string, name: string, on: boolean) {
  return useQuery({
    queryKey: keys.screenshot(namespace, name),
    queryFn: ({ signal }) => getScreenshot(namespace, name, signal),
    enabled: on,
    retry: false,
    gcTime: 0,
    refetchInterval: ({ state }) => (state.error ? false : EVERY_MS),
  });
}
