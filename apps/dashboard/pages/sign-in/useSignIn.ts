import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearchParams } from 'react-router';
import { requireCookies } from '../../api/cookies.js';
import { keys } from '../../api/query.js';
import { setGateToken, signIn } from '../../api/rest.js';
import { isGateToken } from './gateToken.js';
import { nextPath } from './next.js';
import { type Pasted } from './pasted.js';

/** Takes a token or a link to the page it opens: of a gate token its console, or all that it opens; else the page that needed the sign-in. */
export function useSignIn() {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [search] = useSearchParams();
  return useMutation({
    mutationFn: async (pasted: Pasted) => {
      if ('link' in pasted) return { page: pasted.link };
      const { token } = pasted;
      await requireCookies();
      if (isGateToken(token)) return { page: await setGateToken(token) };
      return { session: await signIn(token) };
    },
    onSuccess: (result) => {
      if (result.page !== undefined) return location.assign(result.page);
      client.clear();
      if (result.session) client.setQueryData(keys.session, result.session);
      const next = nextPath(search.get('next'), location.origin);
      // Consoles are pages of the other entry.
      if (next.startsWith('/console/')) return location.assign(next);
      return navigate(next, { replace: true });
    },
  });
}
