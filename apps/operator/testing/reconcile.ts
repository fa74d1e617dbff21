import { types } from '#libs/kube';
import { Applier } from '../apply/applier.js';
import { type Factory } from '../keys/factory.js';
import { ServerReconciler } from '../gateserver/reconciler.js';
import { type FakeCluster } from './fake-cluster.js';

/** Reconciles one GateServer as after a restart. @returns what was written */
export async function reconcileWith(
  cluster: FakeCluster,
  factory: Factory,
  key: string,
  webAppHosts: string[] = [],
): Promise<string[]> {
  const watches = {
    gateServers: cluster.cache(types.gateServers),
    gateTokens: cluster.cache(types.gateTokens),
    secrets: cluster.cache(types.secrets),
    owned: cluster.owned,
  };
  const discovered = { served: [{ group: '', name: 'pods' }], silent: [] };
  await new ServerReconciler({
    client: cluster.client,
    applier: new Applier(cluster.client, cluster.owned),
    sources: { watches, discovery: { discover: async () => discovered } } as never,
    factory,
    events: { record: () => undefined },
    gatewayImage: 'gateway:1',
    webAppHosts,
    now: Date.now,
  }).reconcile(key);
  return cluster.written();
}
