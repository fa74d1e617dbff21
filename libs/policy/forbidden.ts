import { GROUP } from '#libs/api';
import { type RequestInfo } from './request-info.js';

/** Groups whose every object is a key, a grant, or the right to give rights. */
const GROUPS: Readonly<Record<string, string>> = {
  [GROUP]: "the gateway's own objects",
  'rbac.authorization.k8s.io': 'roles and bindings',
  'authorization.openshift.io': 'roles and bindings',
  'oauth.openshift.io': 'access tokens',
};

/**
 * What no grant reaches, by no verb and no pattern: in plain words, or undefined when the request is for something
 * else. These are refused again by the guest account's Role.
 */
export function forbidden({ isResource, group, resource, subresource }: RequestInfo): string | undefined {
  if (!isResource) return undefined;
  if (Object.hasOwn(GROUPS, group)) return GROUPS[group];
  if (group !== '') return undefined;
  if (resource === 'secrets') return 'secrets';
  return resource === 'serviceaccounts' && subresource === 'token' ? 'service account tokens' : undefined;
}
