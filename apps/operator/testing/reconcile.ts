import { type GateToken } from '#libs/api';
import { type KubeObject, types } from '#libs/kube';
import { makeLogger } from '#libs/ops';
import { Applier } from '../apply/applier.js';
import { Reporter } from '../apply/reporter.js';
import { type IngressHosts, ingressHosts } from '../cluster/ingress-hosts.js';
import { SecretReader } from '../cluster/secret-reader.js';
import { type Watches } from '../cluster/watches.js';
import { type OperatorConfig } from '../config/config.js';
import { type ClassState, type Discovered } from '../gateserver/discovery.js';
import { ServerGatherer } from '../gateserver/gather.js';
import { MaterialMaker } from '../gateserver/make.js';
import { ServerReconciler } from '../gateserver/reconciler.js';
import { TokenGatherer } from '../gatetoken/gather.js';
import { TokenReconciler } from '../gatetoken/reconciler.js';
import { Audit } from '../ops/audit.js';
import { type KeyFactory } from '../keys/key-factory.js';
import { KeyUses } from '../keys/key-uses.js';
import { type SealKeys } from '../keys/seal-keys.js';
import { type FakeCluster } from './fake-cluster.js';

/** What tests decide about a reconciler. */
export interface Surroundings {
  factory: KeyFactory;
  webAppHosts?: string[];
  /** Default: none is installed. */
  webhook?: OperatorConfig['webhook'];
  discovered?: Discovered;
  /** API groups. Default: KubeVirt's. */
  groups?: string[];
  /** Of every IngressClass. Default: it exists. */
  ingressClass?: ClassState;
  now?: () => number;
  /** Told of each line of the log. */
  write?: (line: string) => void;
  /** Told of each Event: `Warning BadKey`. */
  record?: (event: string) => void;
  /** What the watch of GateServers shows. Default: what there is. */
  gateServers?: object;
}

/** A new reconciler of GateServers, as after a restart. */
export function serverReconciler(cluster: FakeCluster, given: Surroundings): ServerReconciler {
  const { factory, webAppHosts = [], webhook, now = Date.now, record = () => undefined } = given;
  const { discovered = { served: [{ group: '', name: 'pods' }], silent: [] }, groups = ['kubevirt.io'] } = given;
  const { ingressClass = 'exists', gateServers } = given;
  const watches = Object.assign(watchesOf(cluster), gateServers && { gateServers });
  const applier = new Applier(cluster.client, watches);
  const config = { gatewayImage: 'gateway:1', webAppHosts, webhook };
  const discovery = {
    discover: async () => discovered,
    groups: async () => groups,
    ingressClass: async () => ingressClass,
  };
  return new ServerReconciler(
    new ServerGatherer(watches, applier, new SecretReader(cluster.client), discovery, { in: usesIn(cluster) }, config),
    new MaterialMaker(applier, factory),
    applier,
    reporter(cluster, record),
    { now },
  );
}

/** A new reconciler of GateTokens, as after a restart. @param given.gateTokens as of `tokenGatherer` */
export function tokenReconciler(
  cluster: FakeCluster,
  given: Pick<Surroundings, 'now' | 'record' | 'write'> & { gateTokens?: object; seals?: SealKeys },
): TokenReconciler {
  const { now = Date.now, record = () => undefined, write = () => undefined, gateTokens, seals } = given;
  const audit = new Audit(makeLogger('operator', 'info', { write }));
  const gatherer = tokenGatherer(cluster, gateTokens, seals);
  const changes = { writing: (_: GateToken, write: () => Promise<KubeObject | undefined>) => write() };
  return new TokenReconciler(gatherer, changes, cluster.client, reporter(cluster, record), audit, { now });
}

/** A new gatherer of GateTokens. @param gateTokens what their watch shows; default: what there is */
export function tokenGatherer(cluster: FakeCluster, gateTokens?: object, seals?: SealKeys): TokenGatherer {
  const watches = Object.assign(watchesOf(cluster), gateTokens && { gateTokens });
  return new TokenGatherer(watches, cluster.client, new SecretReader(cluster.client), seals);
}

/** Watches that are always up to date. */
function watchesOf(cluster: FakeCluster): Watches {
  const kinds = ['gateServers', 'gateTokens', 'virtualMachines', 'virtualMachineInstances', 'pods'] as const;
  const caches = Object.fromEntries(kinds.map((kind) => [kind, cluster.cache(types[kind])]));
  const ingresses = cluster.cache<IngressHosts>(types.ingresses, (object) => ingressHosts(object));
  return { ...caches, ingresses, secrets: cluster.metadata(types.secrets), owned: cluster.owned } as unknown as Watches;
}

/** How long keys are needed, counted anew each time. */
function usesIn(cluster: FakeCluster): KeyUses['in'] {
  return (namespace) => {
    const handlers: ((token: GateToken) => void)[] = [];
    const gateTokens = { on: (_: string, handler: () => void) => handlers.push(handler) };
    const uses = new KeyUses({ gateTokens: gateTokens as unknown as Watches['gateTokens'] });
    for (const token of cluster.cache<GateToken>(types.gateTokens).list(namespace)) handlers[0]?.(token);
    return uses.in(namespace);
  };
}

function reporter(cluster: FakeCluster, record: (event: string) => void): Reporter {
  return new Reporter(cluster.client, { record: (_, type, reason) => record(`${type} ${reason}`) });
}

/** Reconciles one GateServer as after a restart. @returns what was written */
export async function reconcileWith(
  cluster: FakeCluster,
  factory: KeyFactory,
  key: string,
  webAppHosts: string[] = [],
): Promise<string[]> {
  await serverReconciler(cluster, { factory, webAppHosts }).reconcile(key);
  return cluster.written();
}
