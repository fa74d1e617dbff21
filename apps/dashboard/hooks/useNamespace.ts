import { useQuery } from '@tanstack/react-query';
import { useCallback } from 'react';
import { useSearchParams } from 'react-router';
import { keys } from '../api/query.js';
import { listNamespaces } from '../api/rest.js';
import { useSession } from './useSession.js';

const PARAMETER = 'namespace';

/** The namespace that the pages show: from the address, else the gateway's own. */
export function useNamespace(): { namespace: string; select: (namespace: string) => void } {
  const { data } = useSession();
  const [search, setSearch] = useSearchParams();
  const select = useCallback((namespace: string) => setSearch({ [PARAMETER]: namespace }), [setSearch]);
  return { namespace: search.get(PARAMETER) ?? data?.namespace ?? '', select };
}

/** Namespaces that the signed-in user can see. */
export function useNamespaces() {
  return useQuery({ queryKey: keys.namespaces, queryFn: listNamespaces, staleTime: 60_000 });
}

/** A path of the dashboard that keeps the namespace. */
export function inNamespace(path: string, namespace: string): string {
  return `${path}?${new URLSearchParams({ [PARAMETER]: namespace }).toString()}`;
}
