import { isKubeError } from '#libs/kube';
import { Refusal } from '../http/refusal.js';

/** As the API server passes on what a webhook says (k8s.io/apiserver pkg/admission/plugin/webhook/errors/statuserror.go). */
const DENIED = /^admission webhook "[^"]*\.kubegateway\.kubevirt\.io" denied the request: /;

/** @returns the sentence of kube-gateway's own admission webhook with its status, where that is what refused a request */
export function deniedByWebhook(error: unknown): Refusal | undefined {
  if (!isKubeError(error, 403, 422) || !DENIED.test(error.message)) return undefined;
  return new Refusal(error.code === 422 ? 422 : 403, error.message.replace(DENIED, ''), '', { rule: 'kubernetes' });
}
