import { types } from '#libs/kube';
import { Applier } from '../apply/applier.js';
import { Reporter } from '../apply/reporter.js';
import { type Discovered } from '../gateserver/discovery.js';
import { ServerGatherer } from '../gateserver/gather.js';
import { MaterialMaker } from '../gateserver/make.js';
import { ServerReconciler } from '../gateserver/reconciler.js';
import { type KeyFactory } from '../keys/key-factory.js';
import { type FakeCluster } from './fake-cluster.js';

/** What tests decide about a reconciler. */
export interface Surroundings {
  factory: KeyFactory;
  webAppHosts?: string[];
  discovered?: Discovered;
  /** API groups. Default: KubeVirt's. */
  groups?: string[];
  now?: () => number;
  record?: (event: string) => void;
}

/** A new reconciler of GateServers, as after a restart. */
export function serverReconciler(cluster: FakeCluster, given: Surroundings): ServerReconciler {
  const { factory, webAppHosts = [], now = Date.now, record = () => undefined } = given;
  const { discovered = { served: [{ group: '', name: 'pods' }], silent: [] }, groups = ['kubevirt.io'] } = given;
  const watches = {
    gateServers: cluster.cache(types.gateServers),
    gateTokens: cluster.cache(types.gateTokens),
    secrets: cluster.cache(types.secrets),
    owned: cluster.owned,
    pods: cluster.cache(types.pods),
  };
  const applier = new Applier(cluster.client, { caches: cluster.owned });
  const config = { gatewayImage: 'gateway:1', webAppHosts };
  const discovery = { discover: async () => discovered, groups: async () => groups };
  const events = { record: (_: object, type: string, reason: string) => record(`${type} ${reason}`) };
  return new ServerReconciler(
    new ServerGatherer(watches as never, applier, discovery, config),
    new MaterialMaker(cluster.client, factory),
    applier,
    new Reporter(cluster.client, events),
    { now },
  );
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
