import { type AuditResult, type AuditWhat, resultOf } from '#libs/ops';
import { type ApiRequest } from '#libs/policy';
import { type CredentialEnd } from '../credentials/identities.js';

/** @returns what a request under /k8s does, for the audit log */
export function whatOf({ info, method, path }: ApiRequest): AuditWhat {
  const { isResource, verb, group, resource, subresource, namespace, name } = info;
  if (!isResource || resource === undefined) return { verb: method.toLowerCase(), path };
  return { verb, resource: group === '' ? resource : `${resource}.${group}`, subresource, namespace, name };
}

/** What a request counts as that its credential no longer allows; 401 where it has ended. */
const STATUS: Partial<Record<CredentialEnd, number>> = { 'issuer-lost-access': 403, 'out-of-touch': 503 };

/** @returns the status that a request counts as which the end of its credential cut */
export const statusOf = (end: CredentialEnd): number => STATUS[end] ?? 401;

/** @returns the outcome of a request that the gateway allowed, by the status that it ended with */
export function forwarded(status: number): AuditResult {
  return resultOf(status, 'kubernetes', `The cluster's answer, or the end of the request, was ${status}.`);
}
