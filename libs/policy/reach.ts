import { SUBRESOURCE_GROUP } from '#libs/kubevirt';

/** Something that paths with one prefix may be about: a resource, or (with `path`) a path that is not a resource. */
export interface Reach {
  readonly group?: string;
  readonly resource?: string;
  readonly subresource?: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly path?: string;
  /** By the deprecated form /api/v1/watch/...: whatever the method, it is a watch. */
  readonly watch?: boolean;
}

/** Everything that a path which begins with this text may be about: rather too much than too little. */
export function reach(prefix: string): Reach[] {
  const segments = prefix.slice(1).split('/');
  const tail = segments.pop() ?? ''; // what the `*` goes on with
  const [root, ...rest] = segments.map(decodeURIComponent);
  const path = { path: `${decodeURIComponent(prefix)}*` };
  if (root === undefined) return 'apis'.startsWith(tail) ? [{ group: '*', resource: '*' }, path] : [path];
  if (root === 'api') return rest.length === 0 ? [{ group: '', resource: '*' }, path] : inVersion('', rest.slice(1));
  if (root !== 'apis') return [path];
  const [group] = rest;
  if (group === undefined) return [{ group: '*', resource: '*' }, path];
  return rest.length === 1 ? [{ group, resource: '*' }, path] : inVersion(group, rest.slice(2));
}

/** @param parts complete path segments after the version */
function inVersion(group: string, parts: readonly string[]): Reach[] {
  if (parts[0] !== 'watch') return inScope(group, parts);
  return inScope(group, parts.slice(1)).map((target) => ({ ...target, watch: true }));
}

function inScope(group: string, parts: readonly string[]): Reach[] {
  if (parts[0] !== 'namespaces') return ofResource({ group }, parts);
  const [, namespace, ...inside] = parts;
  if (namespace === undefined) return [{ group, resource: '*' }];
  if (inside[0] === 'status' || inside[0] === 'finalize') {
    return [{ group, resource: 'namespaces', namespace, name: namespace, subresource: inside[0] }];
  }
  return ofResource({ group, namespace }, inside);
}

function ofResource(where: { group: string; namespace?: string }, parts: readonly string[]): Reach[] {
  const [resource, name, subresource, ...deeper] = parts;
  if (resource === undefined) return [{ ...where, resource: '*' }];
  if (name === undefined)
    return [
      { ...where, resource },
      { ...where, resource, subresource: '*' },
    ];
  if (subresource === undefined) return [{ ...where, resource, name, subresource: '*' }];
  const found = { ...where, resource, name, subresource };
  if (where.group !== SUBRESOURCE_GROUP) return [found];
  return [found, { ...found, subresource: [subresource, ...deeper, '*'].join('/') }];
}
