import { decodeJwt } from 'jose/jwt/decode';
import { AuthenticationV1Api, KubeError, type UserClients } from '#libs/kube';
import { Refusal } from '../http/refusal.js';

export interface Identity {
  username: string;
  groups: string[];
}

/**
 * Asks the Kubernetes API whose token this is (SelfSubjectReview, KEP-3325): the only judge of a credential is the cluster.
 * @throws Refusal 401 when the cluster does not know the token
 */
export async function whoIs(clients: UserClients, token: string): Promise<Identity> {
  const client = clients.of(() => token);
  try {
    const answer = await client.api(AuthenticationV1Api).createSelfSubjectReview({ body: {} });
    const { username, groups } = answer.status?.userInfo ?? {};
    if (username === undefined || username === 'system:anonymous') throw unknownToken();
    return { username, groups: groups ?? [] };
  } catch (error) {
    if (error instanceof KubeError && error.code === 401) throw unknownToken();
    throw error;
  }
}

function unknownToken(): Refusal {
  return new Refusal(
    401,
    'The cluster does not accept this token.',
    'It may have expired, or belong to another cluster. Get a new one, for example with kubectl create token NAME, and paste it again.',
  );
}

/** The `exp` of a JWT in milliseconds, read without trust: it only shortens a sign-in. Undefined for opaque tokens. */
export function expiryOf(token: string): number | undefined {
  try {
    const { exp }: { exp?: unknown } = decodeJwt(token);
    return typeof exp === 'number' ? exp * 1000 : undefined;
  } catch {
    return undefined; // An opaque token.
  }
}
