import { apiVersionOf, type Registry } from '../registry.js';
import { type Fields, type ResourceDef } from '../types.js';

const SCALE = { group: 'autoscaling', version: 'v1', kind: 'Scale' };

/** Group to its versions, in the order of their names; the core group is ''. */
export function groupVersions(registry: Registry): Map<string, string[]> {
  const groups = new Map<string, Set<string>>();
  for (const { group, version } of registry.all()) {
    const versions = groups.get(group) ?? new Set<string>();
    groups.set(group, versions.add(version));
  }
  return new Map([...groups].map(([group, versions]) => [group, [...versions].sort()]));
}

/** `/api/v1` or `/apis/GROUP/VERSION` */
export function resourceList(registry: Registry, group: string, version: string): Fields | undefined {
  const defs = registry.all().filter((def) => def.group === group && def.version === version);
  if (defs.length === 0) return undefined;
  return {
    kind: 'APIResourceList',
    ...(group ? { apiVersion: 'v1' } : {}),
    groupVersion: apiVersionOf({ group, version }),
    resources: defs.sort((a, b) => a.resource.localeCompare(b.resource)).flatMap(legacyResources),
  };
}

function legacyResources(def: ResourceDef): Fields[] {
  const { resource, namespaced, kind } = def;
  const main = {
    name: resource,
    singularName: def.singular,
    namespaced,
    kind,
    verbs: def.verbs,
    ...(def.shortNames.length ? { shortNames: def.shortNames } : {}),
    ...(def.categories?.length ? { categories: def.categories } : {}),
  };
  const known = subresourcesOf(def);
  if (!def.custom) known.sort((a, b) => a.name.localeCompare(b.name));
  const subs = known.map(({ name, target, verbs }) => ({
    name: `${resource}/${name}`,
    singularName: '',
    namespaced,
    ...(target.group !== undefined && target.group !== def.group
      ? { group: target.group, version: target.version }
      : {}),
    kind: target.kind,
    verbs,
  }));
  return [main, ...subs];
}

interface Sub {
  name: string;
  target: { group?: string; version?: string; kind: string };
  verbs: string[];
}

function subresourcesOf(def: ResourceDef): Sub[] {
  const { status, scale, others = {} } = def.subresources;
  const verbs = ['get', 'patch', 'update'];
  return [
    ...(status ? [{ name: 'status', target: { kind: def.kind }, verbs }] : []),
    ...(scale ? [{ name: 'scale', target: SCALE, verbs }] : []),
    ...Object.entries(others).map(([name, { verbs: own, ...target }]) => ({ name, target, verbs: own })),
  ];
}

export function apiGroup(group: string, versions: string[]): Fields {
  const named = versions.map((version) => ({ groupVersion: `${group}/${version}`, version }));
  return { name: group, versions: named, preferredVersion: named[0] };
}

/**
 * `/apis`
 * @param foreign groups that other servers answer for, with their versions
 */
export function groupList(registry: Registry, foreign: Map<string, string[]>): Fields {
  const own = [...groupVersions(registry)].filter(([group]) => group !== '');
  const groups = [...own, ...foreign].map(([group, versions]) => apiGroup(group, versions));
  return { kind: 'APIGroupList', apiVersion: 'v1', groups };
}

export const coreVersions = (address: string): Fields => ({
  kind: 'APIVersions',
  versions: ['v1'],
  serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: address }],
});
