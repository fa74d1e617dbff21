import { isKubevirt } from './kubevirt.js';
import { type RequestInfo } from './request-info.js';

/** Subresources that open a way into the machine or past the API: a writer of `*` seldom thinks of them. */
const CONNECT = new Set(['exec', 'attach', 'portforward', 'proxy']);
const KUBEVIRT_CONNECT = new Set(['portforward', 'usbredir', 'vsock']);

/**
 * Is this a request that only a URL without `*` grants? In groups that are not Kubernetes' own the names of the
 * subresources count as well: an aggregated API may serve `proxy` too.
 */
export function isConnect({ isResource, verb, group, subresource }: RequestInfo): boolean {
  if (!isResource) return false;
  if (verb === 'proxy') return true;
  if (subresource === undefined) return false;
  return CONNECT.has(subresource) || (isKubevirt(group) && KUBEVIRT_CONNECT.has(subresource));
}
