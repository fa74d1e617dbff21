import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearchParams } from 'react-router';
import { keys } from '../../api/query.js';
import { setGateToken, signIn } from '../../api/rest.js';
import { readGateToken } from './gateToken.js';
import { nextPath } from './next.js';

/** Takes a token to the page it opens: the console of a gate token, else the page that needed the sign-in. */
export function useSignIn() {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [search] = useSearchParams();
  return useMutation({
    mutationFn: async (token: string) => {
      const vm = readGateToken(token);
      if (vm) return { console: await setGateToken(token, vm) };
      return { session: await signIn(token) };
    },
    onSuccess: (result) => {
      if (result.console !== undefined) return location.assign(result.console);
      client.clear();
      if (result.session) client.setQueryData(keys.session, result.session);
      const next = nextPath(search.get('next'), location.origin);
      // Consoles are pages of the other entry.
      if (next.startsWith('/console/')) return location.assign(next);
      return navigate(next, { replace: true });
    },
  });
}
