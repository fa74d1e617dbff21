import { type Fields } from '../types.js';
import { type Aggregator, type RemoteGroupVersion } from './aggregator.js';
import { type ApiResource } from './check.js';

/** What backends serve, in the shapes of discovery. Group versions whose backend is away are named, without resources. */
export function foreignGroups(aggregator: Pick<Aggregator, 'groupVersions'>): {
  groups: () => Fields[];
  aggregated: () => Fields[];
} {
  const sorted = (): [string, RemoteGroupVersion[]][] => {
    const groups = new Map<string, RemoteGroupVersion[]>();
    for (const item of aggregator.groupVersions()) groups.set(item.group, [...(groups.get(item.group) ?? []), item]);
    const priority = (versions: RemoteGroupVersion[]): number => Math.max(...versions.map((v) => v.groupPriority));
    const all = [...groups].sort(([, a], [, b]) => priority(b) - priority(a));
    return all.map(([group, versions]) => [group, versions.sort((a, b) => b.versionPriority - a.versionPriority)]);
  };
  return { groups: () => sorted().map(apiGroup), aggregated: () => sorted().map(groupDiscovery) };
}

function apiGroup([name, versions]: [string, RemoteGroupVersion[]]): Fields {
  const named = versions.map(({ version }) => ({ groupVersion: `${name}/${version}`, version }));
  return { name, versions: named, preferredVersion: named[0] };
}

function groupDiscovery([name, versions]: [string, RemoteGroupVersion[]]): Fields {
  return {
    metadata: { name, creationTimestamp: null },
    versions: versions.map((item) => ({
      version: item.version,
      resources: resources(item),
      freshness: item.available ? 'Current' : 'Stale',
    })),
  };
}

interface Entry extends Fields {
  subresources?: Fields[];
}

/** Subresources stand below their resource. One that the backend does not list gets an entry without a kind. */
function resources({ group, version, resources: listed }: RemoteGroupVersion): Fields[] {
  const found = new Map<string, Entry>();
  const kindOf = (item: ApiResource): Fields => ({
    group: item.group ?? group,
    version: item.version ?? version,
    kind: item.kind,
  });
  const scope = (item: ApiResource): string => (item.namespaced ? 'Namespaced' : 'Cluster');
  for (const item of listed.filter(({ name }) => !name.includes('/'))) {
    found.set(item.name, {
      resource: item.name,
      responseKind: kindOf(item),
      scope: scope(item),
      singularResource: item.singularName ?? '',
      verbs: item.verbs,
      ...(item.shortNames ? { shortNames: item.shortNames } : {}),
      ...(item.categories ? { categories: item.categories } : {}),
    });
  }
  for (const item of listed.filter(({ name }) => name.includes('/'))) {
    const [parent = '', ...rest] = item.name.split('/');
    const empty: Entry = {
      resource: parent,
      responseKind: { group: '', version: '', kind: '' },
      scope: scope(item),
      singularResource: '',
      verbs: [],
    };
    const entry = found.get(parent) ?? empty;
    (entry.subresources ??= []).push({ subresource: rest.join('/'), responseKind: kindOf(item), verbs: item.verbs });
    found.set(parent, entry);
  }
  return [...found.values()];
}
