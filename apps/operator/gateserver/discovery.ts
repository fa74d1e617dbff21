import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Clock } from '#libs/ops';
import { isKubeError, type KubeClient, OwnClient, pathOf, types } from '#libs/kube';

/** A namespaced resource that the API server serves; `name` may be a subresource: `pods/exec`. */
export interface ServedResource {
  group: string;
  name: string;
}

/** What is known of the API now. */
export interface Discovered {
  served: ServedResource[];
  /** Groups whose server is away: what they serve is not known. */
  silent: string[];
}

export const NOTHING: Discovered = { served: [], silent: [] };

interface ResourceList {
  resources?: { name: string; namespaced: boolean }[];
}
interface GroupList {
  groups?: { name: string; preferredVersion?: { groupVersion: string }; versions?: { groupVersion: string }[] }[];
}

/** Is an IngressClass there? `unknown`: the cluster does not serve the kind, or the operator may not read it. */
export type ClassState = 'exists' | 'missing' | 'unknown';

const FRESH_MS = 60_000;
/** While something is silent it is asked for more often. */
const FRESH_SILENT_MS = 10_000;
/** Names come from the specs of GateServers. */
const MOST_CLASSES = 500;

/** What the API server serves, asked for at most once a minute. */
@Injectable()
export class Discovery {
  #discovered: Promise<Discovered> | undefined;
  #until = -Infinity;
  #groups: Promise<string[]> | undefined;
  #groupsUntil = -Infinity;
  readonly #classes = new LRUCache<string, { answer: Promise<ClassState>; until: number }>({ max: MOST_CLASSES });

  constructor(
    @Inject(OwnClient) private readonly client: Pick<KubeClient, 'request'>,
    @Inject(Clock) private readonly clock: Pick<Clock, 'monotonic'>,
  ) {}

  /** @throws KubeError, NetworkError: what is not known must not be taken for what is not there */
  async discover(): Promise<Discovered> {
    if (!this.#discovered || this.clock.monotonic() > this.#until) {
      this.#until = this.clock.monotonic() + FRESH_MS;
      this.#discovered = this.#ask();
    }
    try {
      const discovered = await this.#discovered;
      if (discovered.silent.length > 0) this.#until = Math.min(this.#until, this.clock.monotonic() + FRESH_SILENT_MS);
      return discovered;
    } catch (error) {
      this.#discovered = undefined;
      throw error;
    }
  }

  /** Names of the API groups, asked for at most every 10 s. @throws KubeError, NetworkError */
  async groups(): Promise<string[]> {
    if (!this.#groups || this.clock.monotonic() > this.#groupsUntil) {
      this.#groupsUntil = this.clock.monotonic() + FRESH_SILENT_MS;
      this.#groups = this.#get<GroupList>('/apis').then(({ groups = [] }) => groups.map(({ name }) => name));
    }
    try {
      return await this.#groups;
    } catch (error) {
      this.#groups = undefined;
      throw error;
    }
  }

  /** Each name is asked for at most every 10 s. @throws KubeError, NetworkError on faults that pass */
  async ingressClass(name: string): Promise<ClassState> {
    const now = this.clock.monotonic();
    let known = this.#classes.get(name);
    if (!known || now > known.until) {
      known = { answer: this.#askForClass(name), until: now + FRESH_SILENT_MS };
      this.#classes.set(name, known);
    }
    try {
      return await known.answer;
    } catch (error) {
      this.#classes.delete(name);
      throw error;
    }
  }

  /** Of the two 404s, that of a kind which is not served has no details. 403: a ClusterRole of an earlier release. */
  async #askForClass(name: string): Promise<ClassState> {
    try {
      await this.#get(pathOf(types.ingressClasses, undefined, name));
      return 'exists';
    } catch (error) {
      if (isKubeError(error, 403)) return 'unknown';
      if (!isKubeError(error, 404)) throw error;
      const { kind, name: missing } = error.status.details ?? {};
      return kind === types.ingressClasses.resource && missing === name ? 'missing' : 'unknown';
    }
  }

  async #ask(): Promise<Discovered> {
    const { groups = [] } = await this.#get<GroupList>('/apis');
    const lists = groups.map(async ({ name, preferredVersion, versions }) => {
      const version = preferredVersion?.groupVersion ?? versions?.[0]?.groupVersion;
      return version === undefined ? NOTHING : await this.#group(name, version);
    });
    const core = this.#list('', '/api/v1').then((served) => ({ served, silent: [] }));
    const all = await Promise.all([core, ...lists]);
    return { served: all.flatMap(({ served }) => served), silent: all.flatMap(({ silent }) => silent) };
  }

  /** 503: an aggregated API whose server is away. 404: a version that has just been taken out. */
  async #group(name: string, version: string): Promise<Discovered> {
    try {
      return { served: await this.#list(name, `/apis/${version}`), silent: [] };
    } catch (error) {
      if (isKubeError(error, 503)) return { served: [], silent: [name] };
      if (isKubeError(error, 404)) return NOTHING;
      throw error;
    }
  }

  async #list(group: string, path: string): Promise<ServedResource[]> {
    const { resources = [] } = await this.#get<ResourceList>(path);
    return resources.filter(({ namespaced }) => namespaced).map(({ name }) => ({ group, name }));
  }

  async #get<T>(path: string): Promise<T> {
    const { body } = await this.client.request('GET', path);
    return (await body.json()) as T;
  }
}
