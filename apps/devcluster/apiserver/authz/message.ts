import { type ApiError, forbidden } from '../status.js';
import { type Attributes } from './attributes.js';

/** The 403 that a refused request gets, word for word as Kubernetes writes it. */
export function refused(wanted: Attributes, reason: string): ApiError {
  const { user, verb, group, resource, subresource, namespace, name, path } = wanted;
  const who = `User ${JSON.stringify(user.username)} cannot ${verb}`;
  const why = reason ? `: ${reason}` : '';
  if (!wanted.isResource) {
    return forbidden({ group: '', resource: '' }, '', `${who} path ${JSON.stringify(path)}${why}`);
  }
  const what = JSON.stringify(subresource ? `${resource}/${subresource}` : resource);
  const where = namespace ? `in the namespace ${JSON.stringify(namespace)}` : 'at the cluster scope';
  return forbidden(
    { group, resource },
    name,
    `${who} resource ${what} in API group ${JSON.stringify(group)} ${where}${why}`,
  );
}
