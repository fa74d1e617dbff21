import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type IssueRequest } from '#libs/api';
import { keys } from '../../api/query.js';
import { issue } from '../../api/rest.js';

/** Issues a link in a namespace and reads the list of its links again. */
export function useIssue(namespace: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (request: IssueRequest) => issue(namespace, request),
    // The link is shown once: nothing keeps it after the dialog closes.
    gcTime: 0,
    onSettled: () => client.invalidateQueries({ queryKey: keys.gatetokens(namespace) }),
  });
}
