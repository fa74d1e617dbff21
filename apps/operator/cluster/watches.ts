import { Injectable } from '@nestjs/common';
import { type GateServer, type GateSession, type GateToken } from '#libs/api';
import { Informer, type InformerOptions, type KubeObject, OwnClient, type ResourceType, types } from '#libs/kube';
import { Faults } from '../ops/faults.js';
import { essentials } from './essentials.js';
import { type IngressHosts, ingressHosts } from './ingress-hosts.js';
import { keptToken } from './kept-token.js';
import { type Manifest, type PodObject } from './manifest.js';
import { OWNED_SELECTOR } from './labels.js';
import { gatewayPod, made } from './made.js';

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

/**
 * GateTokens of one page of a list. Each may have 64 kB of URLs, twice, in its spec and its status: to read 500 such takes
 * 150 MB for a moment in pages of 100, and 285 MB in one of 500.
 */
const TOKENS_PAGE = 100;

/** Everything that the operator watches, in all namespaces. */
@Injectable()
export class Watches {
  readonly gateServers: Informer<GateServer>;
  readonly gateTokens: Informer<GateToken>;
  readonly gateSessions: Informer<GateSession>;
  /** The essentials of all Secrets, including those of other owners. */
  readonly secrets: Informer<KubeObject>;
  readonly virtualMachines: Informer<KubeObject>;
  readonly virtualMachineInstances: Informer<KubeObject>;
  /** Of gateways: which, whose, and their status. */
  readonly pods: Informer<PodObject>;
  /** All Ingresses, including those of other owners, without their spec. */
  readonly ingresses: Informer<IngressHosts>;
  /** Objects with the operator's label, of every kind that a GateServer owns: its own as they are, of others the essentials. */
  readonly owned: ReadonlyMap<ResourceType, Informer<Manifest>>;

  constructor(client: OwnClient, faults: Faults) {
    const watch = <T extends KubeObject>(type: ResourceType, options: InformerOptions<T> = {}) =>
      new Informer<T>(client, type, {
        onError: (error) => faults.warn(error, `watching ${type.resource}`),
        ...options,
      });
    const foreign = { metadataOnly: true, transform: essentials };
    this.gateServers = watch(types.gateServers);
    this.gateTokens = watch<GateToken>(types.gateTokens, { page: TOKENS_PAGE, transform: keptToken });
    this.gateSessions = watch(types.gateSessions);
    this.secrets = watch(types.secrets, foreign);
    this.virtualMachines = watch(types.virtualMachines, foreign);
    this.virtualMachineInstances = watch(types.virtualMachineInstances, foreign);
    this.pods = watch<PodObject>(types.pods, { labelSelector: OWNED_SELECTOR, transform: gatewayPod });
    this.ingresses = watch<IngressHosts>(types.ingresses, { transform: (object) => ingressHosts(object) });
    const labelled = { labelSelector: OWNED_SELECTOR, transform: made };
    this.owned = new Map(OWNED.map((type) => [type, watch<Manifest>(type, labelled)]));
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
    const late = this.#needed().filter(({ hasSynced, lastContact }) => !hasSynced || now - lastContact > patienceMs);
    return [...new Set(late.map(({ resource }) => resource))];
  }

  all(): Informer<KubeObject>[] {
    return [...this.#needed(), this.virtualMachines, this.virtualMachineInstances] as Informer<KubeObject>[];
  }

  #needed(): Informer<KubeObject>[] {
    const own = [this.gateServers, this.gateTokens, this.gateSessions];
    const kinds = [...own, this.secrets, this.pods, this.ingresses, ...this.owned.values()];
    return kinds as unknown as Informer<KubeObject>[];
  }
}
