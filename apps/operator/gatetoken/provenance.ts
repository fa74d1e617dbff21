import { isSealed } from '#libs/token';
import { type Gathered } from './gather.js';

/**
 * The user who created a token, where a good seal proves it: put on by a gateway of its namespace, which had Kubernetes
 * say who that is.
 */
export function issuerOf({ token, servers, gatewayKeyOf }: Gathered): string | undefined {
  const keys = servers.flatMap((server) => gatewayKeyOf(server) ?? []);
  return isSealed(keys, token) ? token.spec.issuer?.username : undefined;
}
