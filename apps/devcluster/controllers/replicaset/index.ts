import { isKubeError, KubeError, keyOf, type KubeClient, type KubeObject, types } from '#libs/kube';
import { isDeepStrictEqual } from 'node:util';
import { type Cache } from '../cache.js';
import { Controller } from '../controller.js';
import { controllerReference, controls, ownerKey } from '../owner.js';
import { type Tell, tellOf } from '../tell.js';
import { type Pod, type ReplicaSet, type ReplicaSetStatus } from '../workload.js';
import { planReplicaSet } from './plan.js';

/** Keeps as many pods as each ReplicaSet asks for. */
export function replicaSetController(
  cache: Cache,
  now: () => Date,
  onError: (error: unknown, key?: string) => void,
): Controller {
  const tell = tellOf(cache.client, 'replicaset-controller', types.replicaSets, now, onError);
  const sets = cache.of<ReplicaSet>(types.replicaSets);
  const sources = [
    { type: types.replicaSets, keys: (set: KubeObject) => [keyOf(set)] },
    { type: types.pods, keys: ownerKey('ReplicaSet') },
  ];
  const reconcile = async (namespace: string, name: string): Promise<void> => {
    const set = sets.get(name, namespace);
    if (set) await syncReplicaSet(cache.client, set, tell);
  };
  return new Controller(cache, sources, reconcile, onError);
}

/**
 * One pass over one ReplicaSet. Pods are read from the API server, not from the cache: a cache that has not yet seen the
 * pods of the last pass would make them twice.
 */
export async function syncReplicaSet(client: KubeClient, set: ReplicaSet, tell: Tell = () => undefined): Promise<void> {
  const { namespace } = set.metadata;
  const { items } = await client.list<Pod>(types.pods, namespace);
  const plan = planReplicaSet(
    set,
    items.filter((pod) => controls(set, pod)),
  );
  const refused = await create(client, set, plan.create, tell);
  for (const { metadata } of plan.remove) {
    await remove(client, metadata.name ?? '', namespace, metadata.uid);
    tell(set, 'SuccessfulDelete', `Deleted pod: ${metadata.name}`);
  }
  const { conditions: before } = set.status ?? {};
  const conditions = refused ? [failure(refused)] : before && [];
  await writeStatus(client, set, { ...plan.status, ...(conditions && { conditions }) });
  // Tried again later: nothing tells when a quota or a webhook allows the pods.
  if (refused) throw refused;
}

/** @returns why the API server refuses the pods: a quota, a policy, a webhook */
async function create(client: KubeClient, set: ReplicaSet, count: number, tell: Tell): Promise<KubeError | undefined> {
  for (let i = 0; i < count; i += 1) {
    try {
      const { metadata } = await client.create(types.pods, podOf(set), set.metadata.namespace);
      tell(set, 'SuccessfulCreate', `Created pod: ${metadata.name}`);
    } catch (error) {
      if (error instanceof KubeError) return error;
      throw error;
    }
  }
  return undefined;
}

const failure = ({ message }: KubeError) => ({
  type: 'ReplicaFailure',
  status: 'True',
  reason: 'FailedCreate',
  message,
});

function podOf(set: ReplicaSet): Pod {
  const { metadata = {}, spec } = set.spec.template;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName: `${set.metadata.name}-`,
      namespace: set.metadata.namespace ?? '',
      labels: metadata.labels ?? {},
      ...(metadata.annotations ? { annotations: metadata.annotations } : {}),
      ownerReferences: [controllerReference(types.replicaSets, set)],
    },
    spec,
  };
}

async function remove(client: KubeClient, name: string, namespace: string | undefined, uid?: string): Promise<void> {
  try {
    await client.delete(types.pods, name, namespace, uid === undefined ? {} : { uid });
  } catch (error) {
    if (!isKubeError(error, 404)) throw error;
  }
}

async function writeStatus(client: KubeClient, set: ReplicaSet, status: ReplicaSetStatus): Promise<void> {
  if (isDeepStrictEqual(set.status, status)) return;
  const { name = '', namespace } = set.metadata;
  await client.patch(types.replicaSets, name, namespace, { status }, 'merge', { subresource: 'status' });
}
