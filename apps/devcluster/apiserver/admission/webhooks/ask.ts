import { type Registry } from '../../registry.js';
import { ApiError, badRequest, type StatusBody } from '../../status.js';
import { type Fields, type ObjectAccess } from '../../types.js';
import { type AdmissionRequest } from '../index.js';
import { type HookClient } from './client.js';
import { type Hook } from './hook.js';
import { REVIEW_VERSIONS, reviewOf, type Verdict, verdictOf } from './review.js';

/** What both kinds of webhooks stand on. */
export interface Webhooks {
  objects: ObjectAccess;
  registry: Registry;
  client: HookClient;
}

/** 500; the message stands in the causes too. */
export const internal = (message: string): ApiError =>
  new ApiError(500, 'InternalError', `Internal error occurred: ${message}`, { causes: [{ message }] });

/**
 * Asks one webhook.
 * @param review the `request` of the AdmissionReview
 * @returns undefined where the call failed and failures are to be ignored
 * @throws ApiError where it refuses, or fails and must not
 */
export async function ask(
  { client }: Webhooks,
  hook: Hook,
  request: AdmissionRequest,
  review: Fields,
  mutating: boolean,
): Promise<Verdict | undefined> {
  if (request.dryRun && !hook.dryRunSafe) {
    throw badRequest(`admission webhook ${JSON.stringify(hook.name)} does not support dry run`);
  }
  const version = hook.reviewVersions.find((candidate) => REVIEW_VERSIONS.includes(candidate)) ?? 'v1';
  const verdict = await answered(client, hook, reviewOf(version, review), mutating, version);
  if (typeof verdict === 'string') return failed(hook, verdict);
  for (const warning of verdict.warnings) if (warning) request.warn?.(warning);
  if (!verdict.allowed) throw refusal(hook.name, verdict.status);
  return verdict;
}

async function answered(
  client: HookClient,
  hook: Hook,
  review: Fields,
  mutating: boolean,
  version: string,
): Promise<Verdict | string> {
  let answer: unknown;
  try {
    answer = await client.post(hook, review);
  } catch (error) {
    return `failed to call webhook: ${(error as Error).message}`;
  }
  try {
    return verdictOf(answer, { uid: (review['request'] as { uid: string }).uid, version, mutating });
  } catch (error) {
    return `received invalid webhook response: ${(error as Error).message}`;
  }
}

/** @throws ApiError 500 unless failures are ignored */
export function failed(hook: Hook, why: string): undefined {
  if (!hook.ignoreFailures) throw internal(`failed calling webhook ${JSON.stringify(hook.name)}: ${why}`);
  return undefined;
}

/** The webhook's own Status, in the form that Kubernetes gives it. */
function refusal(name: string, status: Fields = {}): ApiError {
  const { code, reason, message, details } = status as Partial<StatusBody>;
  const denied = `admission webhook ${JSON.stringify(name)} denied the request`;
  const words = message ? `${denied}: ${message}` : reason ? `${denied}: ${reason}` : `${denied} without explanation`;
  return new ApiError(typeof code === 'number' && code >= 400 ? code : 400, reason ?? '', words, details);
}
