import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type IssueRequest } from '#libs/api';
import { keys } from '../../api/query.js';
import { check } from '../../api/rest.js';

/** What a grant would allow, and whether the user may issue it. `request` is its JSON; undefined disables the check. */
export function useCheck(namespace: string, request: string | undefined) {
  return useQuery({
    queryKey: keys.check(namespace, request),
    queryFn: ({ signal }) => check(namespace, JSON.parse(request ?? '') as IssueRequest, signal),
    enabled: request !== undefined,
    placeholderData: keepPreviousData,
    retry: false,
  });
}
