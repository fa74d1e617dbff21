import { isKubeError, type KubeClient, type ResourceType } from '#libs/kube';

/** A resource that the API server serves, in its preferred version. */
export interface ServedType extends ResourceType {
  readonly verbs: readonly string[];
}

interface ResourceList {
  resources?: { name: string; kind: string; namespaced: boolean; verbs?: string[] }[];
}

interface GroupList {
  groups?: { name: string; preferredVersion: { groupVersion: string } }[];
}

/** Raw GET of a JSON document. */
async function getJson<T>(client: KubeClient, path: string): Promise<T> {
  const response = await client.request('GET', path);
  return (await response.body.json()) as T;
}

/**
 * Every resource of one group and version, without subresources.
 * @param groupVersion `v1` or `apps/v1`
 * @returns undefined when it is not served
 */
export async function typesOf(client: KubeClient, groupVersion: string): Promise<ServedType[] | undefined> {
  const core = !groupVersion.includes('/');
  const [group = '', version = ''] = core ? ['', groupVersion] : groupVersion.split('/');
  try {
    const list = await getJson<ResourceList>(client, core ? `/api/${version}` : `/apis/${groupVersion}`);
    return (list.resources ?? [])
      .filter(({ name }) => !name.includes('/'))
      .map(({ name, kind, namespaced, verbs = [] }) => ({ group, version, resource: name, kind, namespaced, verbs }));
  } catch (error) {
    if (isKubeError(error, 404, 503)) return undefined;
    throw error;
  }
}

/** Everything that is served: one entry a resource. Groups whose server is away are left out, and named. */
export async function discover(client: KubeClient): Promise<{ types: ServedType[]; missing: string[] }> {
  const { groups = [] } = await getJson<GroupList>(client, '/apis');
  const versions = ['v1', ...groups.map(({ preferredVersion }) => preferredVersion.groupVersion)];
  const found = await Promise.all(versions.map((version) => typesOf(client, version)));
  return { types: found.flatMap((list) => list ?? []), missing: versions.filter((_, index) => !found[index]) };
}
