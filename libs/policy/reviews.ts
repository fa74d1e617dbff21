import { type Right } from './rights.js';

/** The question of a SubjectAccessReview, without the user: the fields of authorization.k8s.io/v1. */
export interface ReviewAttributes {
  resourceAttributes?: {
    verb: string;
    group: string;
    resource: string;
    subresource?: string;
    name?: string;
    namespace?: string;
  };
  nonResourceAttributes?: { verb: string; path: string };
}

export function attributesOf({ path, ...right }: Right): ReviewAttributes {
  return path === undefined ? { resourceAttributes: right } : { nonResourceAttributes: { verb: right.verb, path } };
}

/** `get virtualmachineinstances/vnc in namespace prod`: what someone cannot do, as kubectl users say it. */
export function rightInWords({ verb, group, resource, subresource, namespace, path }: Right): string {
  if (path !== undefined) return `${verb} ${path}`;
  const of = group === '*' ? ' of every API group' : resource === '*' && group !== '' ? ` of API group ${group}` : '';
  const what = [resource === '*' ? 'all resources' : resource, ...(subresource === undefined ? [] : [subresource])];
  return `${verb} ${what.join('/')}${of} in ${namespace === undefined ? 'all namespaces' : `namespace ${namespace}`}`;
}

/** Reviews that may be under way at once. */
const AT_ONCE = 20;

/**
 * Asks about rights, several at a time, in their order.
 * @param allows one review; what it throws is thrown
 * @returns the first that is denied; undefined where all are allowed
 */
export async function firstDenied(
  rights: readonly Right[],
  allows: (right: Right) => Promise<boolean>,
): Promise<Right | undefined> {
  for (let start = 0; start < rights.length; start += AT_ONCE) {
    const some = rights.slice(start, start + AT_ONCE);
    const allowed = await Promise.all(some.map(allows));
    const denied = some.find((_, index) => !allowed[index]);
    if (denied !== undefined) return denied;
  }
  return undefined;
}
