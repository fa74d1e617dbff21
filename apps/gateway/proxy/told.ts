import { type AuditResult, type AuditWhat, resultOf } from '#libs/ops';
import { type ApiRequest } from '#libs/policy';

/** @returns what a request under /k8s does, for the audit log */
export function whatOf({ info, method, path }: ApiRequest): AuditWhat {
  const { isResource, verb, group, resource, subresource, namespace, name } = info;
  if (!isResource || resource === undefined) return { verb: method.toLowerCase(), path };
  return { verb, resource: group === '' ? resource : `${resource}.${group}`, subresource, namespace, name };
}

/** @returns the outcome of a request that the gateway allowed, by the status that it ended with */
export function forwarded(status: number): AuditResult {
  return resultOf(status, 'kubernetes', `The cluster's answer, or the end of the request, was ${status}.`);
}
