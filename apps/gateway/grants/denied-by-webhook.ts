import { isKubeError } from '#libs/kube';

/** As the API server passes on what a webhook says (k8s.io/apiserver pkg/admission/plugin/webhook/errors/statuserror.go). */
const DENIED = /^admission webhook "[^"]*\.kubegateway\.kubevirt\.io" denied the request: /;

/** @returns the sentence of kube-gateway's own admission webhook, where that is what refused a request */
export function deniedByWebhook(error: unknown): string | undefined {
  if (!isKubeError(error, 403) || !DENIED.test(error.message)) return undefined;
  return error.message.replace(DENIED, '');
}
