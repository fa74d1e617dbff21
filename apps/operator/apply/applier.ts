import { Inject, Injectable } from '@nestjs/common';
import {
  isKubeError,
  type KubeClient,
  type KubeError,
  type KubeObject,
  OwnClient,
  type ResourceType,
} from '#libs/kube';
import { MANAGED_BY, OPERATOR } from '../cluster/labels.js';
import { covers } from './covers.js';
import { withDigest } from './digest.js';
import { remove } from './remove.js';
import { type Manifest } from '../cluster/manifest.js';
import { Watches } from '../cluster/watches.js';
import { type Wanted } from './wanted.js';

/** What became of one wanted object. `foreign`: another owner's object has its name. `refused`: by the API server. */
export type Outcome = { wanted: Wanted } & (
  | { result: 'unchanged' | 'created' | 'updated' }
  | { result: 'foreign'; message: string }
  | { result: 'refused'; message: string; error: KubeError }
);

export type Owner = KubeObject & { kind: string; apiVersion: string };

/** The only writer of owned objects: server-side apply, one field manager, never over an object of another owner. */
@Injectable()
export class Applier {
  constructor(
    @Inject(OwnClient) private readonly client: Pick<KubeClient, 'get' | 'apply' | 'delete'>,
    @Inject(Watches) private readonly watches: Pick<Watches, 'owned'>,
  ) {}

  /**
   * Makes the cluster hold every wanted object, in no order; those that are as wanted already are not written.
   * @throws KubeError, NetworkError on faults that pass: try again later
   */
  apply(owner: Owner, wanted: readonly Wanted[]): Promise<Outcome[]> {
    return Promise.all(wanted.map((one) => this.#one(owner, one)));
  }

  /** Deletes what the owner still has and no longer wants. @returns what went */
  async prune(owner: Owner, wanted: readonly Wanted[]): Promise<Wanted[]> {
    const kept = new Set(wanted.map(({ type, object }) => `${type.resource}/${object.metadata.name}`));
    return this.#deleteMade(
      owner,
      [...this.watches.owned.keys()],
      (type, name) => !kept.has(`${type.resource}/${name}`),
    );
  }

  /** Deletes what the owner has of these kinds. @returns what went */
  withdraw(owner: Owner, ...kinds: ResourceType[]): Promise<Wanted[]> {
    return this.#deleteMade(owner, kinds, () => true);
  }

  async #deleteMade(
    owner: Owner,
    kinds: readonly ResourceType[],
    isUnwanted: (type: ResourceType, name: string) => boolean,
  ): Promise<Wanted[]> {
    const gone: Wanted[] = [];
    for (const type of kinds) {
      for (const object of this.watches.owned.get(type)?.list(owner.metadata.namespace) ?? []) {
        if (!isMade(object, owner) || !isUnwanted(type, object.metadata.name ?? '')) continue;
        await remove(this.client, type, object.metadata);
        gone.push({ type, object });
      }
    }
    return gone;
  }

  /** The object as it is: from the watch, and live where the watch has none (another owner's has no label). */
  async find(owner: KubeObject, type: ResourceType, name: string): Promise<Manifest | undefined> {
    return this.watches.owned.get(type)?.get(name, owner.metadata.namespace) ?? (await this.live(owner, type, name));
  }

  /** The object as the API server has it now; of another owner's only the metadata, as its data may be secret. */
  async live(owner: KubeObject, type: ResourceType, name: string): Promise<Manifest | undefined> {
    const { namespace = '' } = owner.metadata;
    const found = await this.#get(type, name, namespace, { metadataOnly: true });
    return found && isOwned(found, owner) ? this.#get(type, name, namespace) : found;
  }

  async #one(owner: Owner, wanted: Wanted): Promise<Outcome> {
    const { type } = wanted;
    const { name = '' } = wanted.object.metadata;
    try {
      const live = await this.find(owner, type, name);
      if (live && !isOwned(live, owner)) return { wanted, result: 'foreign', message: foreign(type, live) };
      const object = withDigest(ownedBy(wanted.fit?.(wanted.object, live) ?? wanted.object, owner));
      if (live && covers(live, object)) return { wanted, result: 'unchanged' };
      const sent = { ...object, metadata: { ...object.metadata, ...wanted.basedOn } };
      await this.client.apply(type, sent, { fieldManager: OPERATOR, force: true });
      return { wanted, result: live ? 'updated' : 'created' };
    } catch (error) {
      if (!isRefused(error)) throw error;
      return { wanted, result: 'refused', message: `${type.kind} ${name}: ${error.message}`, error };
    }
  }

  async #get(...what: Parameters<KubeClient['get']>): Promise<Manifest | undefined> {
    try {
      return await this.client.get<Manifest>(...what);
    } catch (error) {
      if (isKubeError(error, 404)) return undefined;
      throw error;
    }
  }
}

/** True for an answer that a retry will not change until someone changes an object. */
export function isRefused(error: unknown): error is KubeError {
  return isKubeError(error, 400, 403, 404, 405, 422);
}

/** True when `owner` is the controller of `object`. */
export function isOwned(object: KubeObject, owner: KubeObject): boolean {
  return controllerOf(object)?.uid === owner.metadata.uid;
}

/** Owned, and made by the operator: others may give their objects the same owner. */
function isMade(object: KubeObject, owner: KubeObject): boolean {
  return isOwned(object, owner) && object.metadata.labels?.[MANAGED_BY] === OPERATOR;
}

export function controllerOf(object: KubeObject) {
  return object.metadata.ownerReferences?.find(({ controller }) => controller);
}

function ownedBy(object: Manifest, owner: Owner): Manifest {
  const reference = {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name: owner.metadata.name ?? '',
    uid: owner.metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  };
  return { ...object, metadata: { ...object.metadata, ownerReferences: [reference] } };
}

function foreign(type: ResourceType, live: Manifest): string {
  const { name = '' } = live.metadata;
  const controller = controllerOf(live);
  const whose = controller ? `belongs to ${controller.kind} ${controller.name}` : 'has no owner';
  return `${type.kind} ${name} already exists and ${whose}: delete it, or create the GateServer under another name.`;
}
