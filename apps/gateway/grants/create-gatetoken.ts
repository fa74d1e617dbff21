import { type GateToken } from '#libs/api';
import { isKubeError, KubeError, pathOf, types, type UserClient } from '#libs/kube';
import { Refusal } from '../http/refusal.js';

/**
 * Creates a GateToken as a user.
 * @throws KubeError; Refusal 403, 422 with the sentence of kube-gateway's own admission webhook; 503 if it does not answer
 */
export async function createGateToken(client: Pick<UserClient, 'create'>, token: GateToken): Promise<GateToken> {
  return client.create<GateToken>(types.gateTokens, token, token.metadata.namespace).catch(rethrow);
}

/** The API server checks rights and schema, and asks its webhooks; nothing is stored. @throws as for a creation */
export async function dryRun(client: Pick<UserClient, 'request'>, token: GateToken): Promise<void> {
  const path = pathOf(types.gateTokens, token.metadata.namespace);
  const response = await client.request('POST', path, { body: token, query: { dryRun: 'All' } }).catch(rethrow);
  await response.body.dump();
}

/** As the API server passes on what a webhook says (k8s.io/apiserver pkg/admission/plugin/webhook/errors/statuserror.go). */
const DENIED = /^admission webhook "[^"]*\.kubegateway\.kubevirt\.io" denied the request: /;

/** The same where its webhook did not answer: `Internal error occurred: failed calling webhook "NAME": …`. */
const NOT_ASKED = /\bfailed calling webhook "[^"]*\.kubegateway\.kubevirt\.io"/;

/** Where the own webhook is what refused a request, without what the API server puts before its sentence. */
function rethrow(error: unknown): never {
  if (error instanceof KubeError && error.code >= 500 && NOT_ASKED.test(error.message)) throw operatorSilent(error);
  if (!isKubeError(error, 403, 422) || !DENIED.test(error.message)) throw error;
  throw new Refusal(error.code === 422 ? 422 : 403, error.message.replace(DENIED, ''), '', { rule: 'kubernetes' });
}

function operatorSilent(cause: KubeError): Refusal {
  return new Refusal(
    503,
    'The operator of kube-gateway does not answer, so nothing can be issued now.',
    'Try again in a moment. If that does not help, an administrator should look at the Deployment kube-gateway-operator.',
    { retryAfter: 5, cause },
  );
}
