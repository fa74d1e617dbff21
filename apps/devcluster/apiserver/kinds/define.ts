import { kindFields } from '../builtin/fields.js';
import { type ResourceDef } from '../types.js';

const ALL_VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

type Optional = Partial<Omit<ResourceDef, 'group' | 'version' | 'resource' | 'kind'>>;

/** A built-in resource, cluster-wide unless said. */
export function define(
  group: string,
  version: string,
  resource: string,
  kind: string,
  options: Optional = {},
): ResourceDef {
  return {
    group,
    version,
    resource,
    kind,
    listKind: `${kind}List`,
    singular: kind.toLowerCase(),
    shortNames: [],
    namespaced: false,
    verbs: ALL_VERBS,
    subresources: {},
    storageVersion: version,
    fields: kindFields({ group, version, kind }),
    ...options,
  };
}

/** A question that is answered and not stored. */
export const review = (group: string, resource: string, kind: string, namespaced = false): ResourceDef =>
  define(group, 'v1', resource, kind, { namespaced, verbs: ['create'], listKind: '' });

export const status = { status: true } as const;
