import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { keys } from '../api/query.js';
import { getSession, signOut } from '../api/rest.js';

/** Who is signed in; its error has code 401 when no one is. */
export function useSession() {
  return useQuery({ queryKey: keys.session, queryFn: ({ signal }) => getSession(signal), staleTime: 60_000 });
}

/** Signs out and forgets everything that was read. */
export function useSignOut() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: signOut,
    onSuccess: () => {
      client.clear();
      location.assign('/login');
    },
  });
}
