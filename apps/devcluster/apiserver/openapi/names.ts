import { type Fields, type ResourceDef } from '../types.js';

/** Where schemas stand in a document: `#/components/schemas/` (v3) or `#/definitions/` (v2). */
export type Ref = (name: string, description?: string) => Fields;

/** Kinds that every document has. */
export const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';

const BUILT_IN = /^$|^[a-z]+$|\.k8s\.io$/;

/** The name of a kind's schema: the group's domain reversed, version, kind; built-in groups below `io.k8s.api`. */
export function schemaName({ group, version }: Pick<ResourceDef, 'group' | 'version'>, kind: string): string {
  if (!BUILT_IN.test(group)) return `${group.split('.').reverse().join('.')}.${version}.${kind}`;
  return `io.k8s.api.${group === '' ? 'core' : group.split('.')[0]}.${version}.${kind}`;
}

/** `api/v1`, `apis/apps/v1`: how a group version is asked for. */
export const groupVersionPath = ({ group, version }: Pick<ResourceDef, 'group' | 'version'>): string =>
  group === '' ? `api/${version}` : `apis/${group}/${version}`;

export interface GroupVersionKind {
  group: string;
  version: string;
  kind: string;
}

export const gvk = ({ group, version, kind }: GroupVersionKind): GroupVersionKind => ({ group, version, kind });
