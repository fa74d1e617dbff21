import { type AdmissionRequest, type Verdict } from './review.js';

/** One operation of a JSON patch (RFC 6902). */
export interface Patch {
  op: 'add';
  path: string;
  value: unknown;
}

/** The AdmissionReview that answers. @param patch only where it is allowed */
export function answerTo(
  { uid }: Pick<AdmissionRequest, 'uid'>,
  verdict: Verdict,
  patch: readonly Patch[] = [],
): object {
  const status = verdict.allowed
    ? {}
    : { status: { code: verdict.code, reason: verdict.reason, message: verdict.message } };
  const changed =
    patch.length > 0 ? { patchType: 'JSONPatch', patch: Buffer.from(JSON.stringify(patch)).toString('base64') } : {};
  return {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    response: { uid, allowed: verdict.allowed, ...status, ...changed },
  };
}
