import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type GateTokenView } from '#libs/api';
import { keys } from '../api/query.js';
import { deleteGateToken, revoke } from '../api/rest.js';

export type LinkAction = 'revoke' | 'remove';

/** Revokes or deletes a link. */
export function useLinkAction(namespace: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ link, action }: { link: GateTokenView; action: LinkAction }) => {
      if (action === 'revoke') await revoke(namespace, link.name);
      else await deleteGateToken(namespace, link.name);
    },
    onSettled: () => client.invalidateQueries({ queryKey: keys.gatetokens(namespace) }),
  });
}
