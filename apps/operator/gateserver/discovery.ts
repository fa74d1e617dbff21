import { type KubeClient } from '#libs/kube';

/** A namespaced resource that the API server serves; `name` may be a subresource: `pods/exec`. */
export interface Served {
  group: string;
  name: string;
}

interface ResourceList {
  resources?: { name: string; namespaced: boolean }[];
}
interface GroupList {
  groups?: { name: string; preferredVersion?: { groupVersion: string }; versions?: { groupVersion: string }[] }[];
}

const FRESH_MS = 60_000;

/** What the API server serves, asked for at most once a minute. */
export class Discovery {
  #served: Promise<Served[]> | undefined;
  #at = -Infinity;

  constructor(
    private readonly client: Pick<KubeClient, 'request'>,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** @throws KubeError, NetworkError */
  async served(): Promise<Served[]> {
    if (!this.#served || this.now() - this.#at > FRESH_MS) {
      this.#at = this.now();
      this.#served = this.#ask();
    }
    try {
      return await this.#served;
    } catch (error) {
      this.#served = undefined;
      throw error;
    }
  }

  async #ask(): Promise<Served[]> {
    const { groups = [] } = await this.#get<GroupList>('/apis');
    const lists = groups.map(async ({ name, preferredVersion, versions }) => {
      const version = preferredVersion?.groupVersion ?? versions?.[0]?.groupVersion;
      // An aggregated API whose server is away is left out, as every client does.
      return version ? this.#list(name, `/apis/${version}`).catch(() => []) : [];
    });
    return (await Promise.all([this.#list('', '/api/v1'), ...lists])).flat();
  }

  async #list(group: string, path: string): Promise<Served[]> {
    const { resources = [] } = await this.#get<ResourceList>(path);
    return resources.filter(({ namespaced }) => namespaced).map(({ name }) => ({ group, name }));
  }

  async #get<T>(path: string): Promise<T> {
    const { body } = await this.client.request('GET', path);
    return (await body.json()) as T;
  }
}
