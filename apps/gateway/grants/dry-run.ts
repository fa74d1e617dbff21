import { type GateToken } from '#libs/api';
import { pathOf, types, type UserClient } from '#libs/kube';

/** The API server checks rights and schema, and asks its webhooks; nothing is stored. @throws KubeError as for a creation */
export async function dryRun(client: Pick<UserClient, 'request'>, token: GateToken): Promise<void> {
  const path = pathOf(types.gateTokens, token.metadata.namespace);
  const response = await client.request('POST', path, { body: token, query: { dryRun: 'All' } });
  await response.body.dump();
}
