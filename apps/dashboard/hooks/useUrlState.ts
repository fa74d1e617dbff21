import { useCallback } from 'react';
import { useSearchParams } from 'react-router';

/** A part of a page's state that its address keeps: Back and a reload find it again. An empty value is left out. */
export function useUrlState(name: string): [value: string, set: (value: string) => void] {
  const [search, setSearch] = useSearchParams();
  const set = useCallback(
    (value: string) => {
      const change = (before: URLSearchParams) => {
        const next = new URLSearchParams(before);
        if (value === '') next.delete(name);
        else next.set(name, value);
        // A page of the list as it was.
        if (name !== 'page') next.delete('page');
        return next;
      };
      setSearch(change, { replace: true });
    },
    [name, setSearch],
  );
  return [search.get(name) ?? '', set];
}
