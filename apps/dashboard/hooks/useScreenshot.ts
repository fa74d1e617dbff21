import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { keys } from '../api/query.js';
import { getScreenshot } from '../api/rest.js';

const EVERY_MS = 10_000;

/** A picture of a running VM's screen, renewed while the page is seen; its address lives as long as it is shown. */
export function useScreenshot(namespace: string, name: string, on: boolean) {
  const query = useQuery({
    queryKey: keys.screenshot(namespace, name),
    queryFn: ({ signal }) => getScreenshot(namespace, name, signal),
    enabled: on,
    retry: false,
    gcTime: 0,
    refetchInterval: ({ state }) => (state.error ? false : EVERY_MS),
  });
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    if (!query.data) return undefined;
    const address = URL.createObjectURL(query.data);
    setUrl(address);
    return () => {
      setUrl(undefined);
      URL.revokeObjectURL(address);
    };
  }, [query.data]);
  return { url, error: query.error, refresh: () => void query.refetch(), busy: query.isFetching };
}
