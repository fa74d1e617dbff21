import { Injectable } from '@nestjs/common';
import { type GateServer, type GateSession, type GateToken, SIGNING_KEY } from '#libs/api';
import { Informer, type KubeObject, OwnClient, type ResourceType, types } from '#libs/kube';
import { Faults } from '../ops/faults.js';
import { type Manifest, type PodObject, type SecretObject } from './manifest.js';
import { MANAGED_BY, OPERATOR, OWNED_SELECTOR } from './labels.js';

/** The kinds that a GateServer owns, in the order in which they are made. */
export const OWNED: readonly ResourceType[] = [
  types.secrets,
  types.configMaps,
  types.serviceAccounts,
  types.roles,
  types.roleBindings,
  types.services,
  types.deployments,
  types.ingresses,
  types.networkPolicies,
  types.podDisruptionBudgets,
];

/** Copies of the objects of one kind that the operator made. */
export type Cache = Pick<Informer<Manifest>, 'get' | 'list'>;

/** Everything that the operator watches, in all namespaces. */
@Injectable()
export class Watches {
  readonly gateServers: Informer<GateServer>;
  readonly gateTokens: Informer<GateToken>;
  readonly gateSessions: Informer<GateSession>;
  /** All Secrets; those that do not concern the operator without their data. */
  readonly secrets: Informer<SecretObject>;
  readonly virtualMachines: Informer<KubeObject>;
  readonly virtualMachineInstances: Informer<KubeObject>;
  /** Of gateways, without their spec. */
  readonly pods: Informer<PodObject>;
  /** Objects that carry the operator's label. */
  readonly owned: ReadonlyMap<ResourceType, Informer<Manifest>>;
  /** The same with Secrets: copies of everything of the kinds that a GateServer owns. */
  readonly caches: ReadonlyMap<ResourceType, Cache>;

  constructor(client: OwnClient, faults: Faults) {
    const watch = <T extends KubeObject>(type: ResourceType, transform?: (object: T) => T, labelSelector?: string) =>
      new Informer<T>(client, type, {
        onError: (error) => faults.warn(error, `watching ${type.resource}`),
        ...(transform ? { transform } : {}),
        ...(labelSelector ? { labelSelector } : {}),
      });
    this.gateServers = watch(types.gateServers);
    this.gateTokens = watch(types.gateTokens);
    this.gateSessions = watch(types.gateSessions);
    this.secrets = watch(types.secrets, withoutForeignData);
    this.virtualMachines = watch(types.virtualMachines, metadataOnly);
    this.virtualMachineInstances = watch(types.virtualMachineInstances, metadataOnly);
    this.pods = watch<PodObject>(
      types.pods,
      ({ metadata, status }) => ({ metadata, ...(status ? { status } : {}) }),
      OWNED_SELECTOR,
    );
    const owned = OWNED.filter((type) => type !== types.secrets).map(
      (type) => [type, watch<Manifest>(type, undefined, OWNED_SELECTOR)] as const,
    );
    this.owned = new Map(owned);
    this.caches = new Map<ResourceType, Cache>([[types.secrets, this.secrets], ...owned]);
  }

  start(): void {
    for (const informer of this.all()) informer.start();
  }

  async stop(): Promise<void> {
    await Promise.all(this.all().map((informer) => informer.stop()));
  }

  /** Resolves when everything that the operator cannot do without is known. KubeVirt may be missing: then so are VMs. */
  async synced(): Promise<void> {
    await Promise.all(this.#needed().map((informer) => informer.synced()));
  }

  /** What is not in touch with the API server, by the names of resources. */
  lagging(now: number, patienceMs: number): string[] {
    return this.#needed()
      .filter(({ hasSynced, lastContact }) => !hasSynced || now - lastContact > patienceMs)
      .map(({ resource }) => resource);
  }

  all(): Informer<KubeObject>[] {
    return [...this.#needed(), this.virtualMachines, this.virtualMachineInstances] as Informer<KubeObject>[];
  }

  #needed(): Informer<KubeObject>[] {
    const own = [this.gateServers, this.gateTokens, this.gateSessions];
    const kinds = [...own, this.secrets, this.pods, ...this.owned.values()];
    return kinds as unknown as Informer<KubeObject>[];
  }
}

/** Other keys must not stay in this program's memory. */
function withoutForeignData(secret: SecretObject): SecretObject {
  const { annotations, labels } = secret.metadata;
  if (annotations?.[SIGNING_KEY] === 'true' || labels?.[MANAGED_BY] === OPERATOR) return secret;
  const kept = { ...secret };
  delete kept.data;
  return kept;
}

function metadataOnly(object: KubeObject): KubeObject {
  const { name, namespace, uid, resourceVersion, deletionTimestamp } = object.metadata;
  return {
    metadata: {
      ...(name === undefined ? {} : { name }),
      ...(namespace === undefined ? {} : { namespace }),
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
      ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
    },
  };
}
