import { ApiError, type StatusBody } from '../../status.js';
import { type ObjectAccess } from '../../types.js';
import { type AdmissionRequest } from '../index.js';
import { post } from './client.js';
import { type Hook } from './hook.js';
import { reviewOf, type ReviewOutcome, verdictOf } from './review.js';

/**
 * Asks one webhook.
 * @returns undefined where the call failed and failures are to be ignored
 * @throws ApiError where it refuses, or fails and must not
 */
export async function ask(
  objects: ObjectAccess,
  hook: Hook,
  request: AdmissionRequest,
): Promise<ReviewOutcome | undefined> {
  const verdict = await answered(objects, hook, request);
  if (!verdict) return undefined;
  for (const warning of verdict.warnings) request.warn?.(warning);
  if (!verdict.allowed) throw refusal(hook.name, verdict.status);
  return verdict;
}

async function answered(
  objects: ObjectAccess,
  hook: Hook,
  request: AdmissionRequest,
): Promise<ReviewOutcome | undefined> {
  const review = reviewOf(request);
  try {
    return verdictOf(JSON.parse(await post(objects, hook, review)), review);
  } catch (error) {
    if (hook.ignoreFailures) return undefined;
    throw failure(hook, (error as Error).message);
  }
}

/** 500, as Kubernetes answers when it cannot ask a webhook whose failurePolicy is Fail. */
export const failure = ({ name }: Hook, why: string): ApiError =>
  new ApiError(500, 'InternalError', `Internal error occurred: failed calling webhook ${JSON.stringify(name)}: ${why}`);

/** The webhook's own Status, in the form that Kubernetes gives it. */
function refusal(name: string, { code, reason, message, details }: Partial<StatusBody>): ApiError {
  const denied = `admission webhook ${JSON.stringify(name)} denied the request`;
  const why = message ?? reason;
  const words = why ? `${denied}: ${why}` : `${denied} without explanation`;
  return new ApiError(typeof code === 'number' && code >= 400 ? code : 400, reason ?? '', words, details);
}
