import { useQuery } from '@tanstack/react-query';
import { useSearchParams } from 'react-router';
import { keys } from '../api/query.js';
import { listNamespaces } from '../api/rest.js';
import { useSession } from './useSession.js';

const PARAMETER = 'namespace';

/** The namespace that the pages show: from the address, else the gateway's own. */
export function useNamespace(): { namespace: string } {
  const { data } = useSession();
  const [search] = useSearchParams();
  return { namespace: search.get(PARAMETER) ?? data?.namespace ?? '' };
}

/** Namespaces that the signed-in user can see. */
export function useNamespaces() {
  return useQuery({ queryKey: keys.namespaces, queryFn: listNamespaces, staleTime: 60_000 });
}

/** A path of the dashboard that keeps the namespace. */
export function inNamespace(path: string, namespace: string): string {
  return `${path}?${new URLSearchParams({ [PARAMETER]: namespace }).toString()}`;
}
