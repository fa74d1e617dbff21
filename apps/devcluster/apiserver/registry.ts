import { type ResourceDef } from './types.js';

/** Where objects of a resource lie in the store. */
export const bucketOf = ({ group, resource }: Pick<ResourceDef, 'group' | 'resource'>): string =>
  `${group}/${resource}`;

/** `v1`, `apps/v1` */
export const apiVersionOf = (def: Pick<ResourceDef, 'group' | 'version'>): string =>
  def.group ? `${def.group}/${def.version}` : def.version;

/** What the server serves: the built-in resources and those of the CRDs. */
export class Registry {
  readonly #builtIn: readonly ResourceDef[];
  readonly #custom = new Map<string, ResourceDef[]>();
  #all: ResourceDef[] = [];
  #index = new Map<string, ResourceDef>();
  #any = new Map<string, ResourceDef>();
  #generation = 0;

  constructor(builtIn: readonly ResourceDef[]) {
    this.#builtIn = builtIn;
    this.#reindex();
  }

  /** Grows with every change, so that derived documents can be kept. */
  get generation(): number {
    return this.#generation;
  }

  all(): readonly ResourceDef[] {
    return this.#all;
  }

  find(group: string, version: string, resource: string): ResourceDef | undefined {
    return this.#index.get(`${group}/${version}/${resource}`);
  }

  /** Any served version of a resource, the storage version first. */
  findAny(group: string, resource: string): ResourceDef | undefined {
    return this.#any.get(`${group}/${resource}`);
  }

  hasVersion(group: string, version: string): boolean {
    return this.all().some((def) => def.group === group && def.version === version);
  }

  /** Sets the resources that one CRD (by name) brings; an empty list takes them away. */
  setCustom(crd: string, defs: ResourceDef[]): void {
    if (defs.length) this.#custom.set(crd, defs);
    else this.#custom.delete(crd);
    this.#reindex();
  }

  #reindex(): void {
    this.#all = [...this.#builtIn, ...[...this.#custom.values()].flat()];
    this.#any = new Map();
    for (const def of this.#all) {
      const key = `${def.group}/${def.resource}`;
      if (!this.#any.has(key) || def.version === def.storageVersion) this.#any.set(key, def);
    }
    this.#index = new Map(this.#all.map((def) => [`${def.group}/${def.version}/${def.resource}`, def]));
    this.#generation += 1;
  }
}
