import { isDeepStrictEqual } from 'node:util';
import { keyOf, type KubeClient, type KubeObject, types } from '#libs/kube';
import { type Cache } from '../cache.js';
import { Controller } from '../controller.js';
import { controls, ownerKey } from '../owner.js';
import { type Tell, tellOf } from '../tell.js';
import { type Deployment, type ReplicaSet } from '../workload.js';
import { currentRevision, currentSet, replicaSetOf, REVISION, revisionOf } from './revision.js';
import { newReplicas, oldReplicas } from './rolling.js';
import { deploymentStatus } from './status.js';

/** Rolls each Deployment's template out through ReplicaSets. */
export function deploymentController(
  cache: Cache,
  now: () => Date,
  onError: (error: unknown, key?: string) => void,
): Controller {
  const tell = tellOf(cache.client, 'deployment-controller', types.deployments, now, onError);
  const deployments = cache.of<Deployment>(types.deployments);
  const sources = [
    { type: types.deployments, keys: (object: KubeObject) => [keyOf(object)] },
    { type: types.replicaSets, keys: ownerKey('Deployment') },
  ];
  const reconcile = async (namespace: string, name: string): Promise<void> => {
    const deployment = deployments.get(name, namespace);
    if (deployment && !deployment.metadata.deletionTimestamp)
      await syncDeployment(cache.client, deployment, now(), tell);
  };
  return new Controller(cache, sources, reconcile, onError);
}

/** One pass over one Deployment. ReplicaSets are read from the API server: acting on an old cache would roll twice. */
export async function syncDeployment(
  client: KubeClient,
  deployment: Deployment,
  now: Date,
  tell: Tell = () => undefined,
): Promise<void> {
  const { items } = await client.list<ReplicaSet>(types.replicaSets, deployment.metadata.namespace);
  const sets = items.filter((set) => controls(deployment, set) && !set.metadata.deletionTimestamp);
  const found = currentSet(deployment, sets);
  const old = sets.filter((set) => set !== found);
  const current = deployment.spec.paused ? found : await rollOut(client, deployment, found, old, tell);
  await writeStatus(client, deployment, current, old, now);
}

async function rollOut(
  client: KubeClient,
  deployment: Deployment,
  found: ReplicaSet | undefined,
  old: ReplicaSet[],
  tell: Tell,
): Promise<ReplicaSet> {
  const revision = currentRevision(found, old);
  const replicas = newReplicas(deployment, found, old);
  let current: ReplicaSet;
  if (!found) current = await client.create(types.replicaSets, replicaSetOf(deployment, replicas, revision));
  else current = await adjust(client, found, replicas, revision);
  scaled(tell, deployment, current, found?.spec.replicas ?? 0, replicas);
  await annotate(client, deployment, revision);
  for (const [name, count] of oldReplicas(deployment, current, old)) {
    await scale(client, deployment, name, count);
    const set = old.find(({ metadata }) => metadata.name === name);
    if (set) scaled(tell, deployment, set, set.spec.replicas ?? 1, count);
  }
  await forget(client, deployment, old);
  return current;
}

function scaled(tell: Tell, deployment: Deployment, { metadata }: ReplicaSet, from: number, to: number): void {
  if (from === to) return;
  const way = to > from ? 'up' : 'down';
  tell(deployment, 'ScalingReplicaSet', `Scaled ${way} replica set ${metadata.name} from ${from} to ${to}`);
}

async function adjust(client: KubeClient, set: ReplicaSet, replicas: number, revision: number): Promise<ReplicaSet> {
  if (set.spec.replicas === replicas && revisionOf(set) === revision) return set;
  const body = { metadata: { annotations: { [REVISION]: String(revision) } }, spec: { replicas } };
  return client.patch(types.replicaSets, set.metadata.name ?? '', set.metadata.namespace, body, 'merge');
}

async function annotate(client: KubeClient, { metadata }: Deployment, revision: number): Promise<void> {
  if (metadata.annotations?.[REVISION] === String(revision)) return;
  const body = { metadata: { annotations: { [REVISION]: String(revision) } } };
  await client.patch(types.deployments, metadata.name ?? '', metadata.namespace, body, 'merge');
}

async function scale(client: KubeClient, { metadata }: Deployment, name: string, replicas: number): Promise<void> {
  await client.patch(types.replicaSets, name, metadata.namespace, { spec: { replicas } }, 'merge');
}

/** Deletes the oldest of the empty ReplicaSets beyond the history that is kept. */
async function forget(client: KubeClient, { spec }: Deployment, old: ReplicaSet[]): Promise<void> {
  const empty = old.filter((set) => (set.spec.replicas ?? 1) === 0 && (set.status?.replicas ?? 0) === 0);
  const surplus = Math.max(empty.length - (spec.revisionHistoryLimit ?? 10), 0);
  const oldest = [...empty].sort((a, b) => revisionOf(a) - revisionOf(b)).slice(0, surplus);
  for (const { metadata } of oldest) await client.delete(types.replicaSets, metadata.name ?? '', metadata.namespace);
}

async function writeStatus(
  client: KubeClient,
  deployment: Deployment,
  current: ReplicaSet | undefined,
  old: ReplicaSet[],
  now: Date,
): Promise<void> {
  const status = deploymentStatus(deployment, current, old, now);
  if (isDeepStrictEqual(deployment.status, status)) return;
  const { name = '', namespace } = deployment.metadata;
  await client.patch(types.deployments, name, namespace, { status }, 'merge', { subresource: 'status' });
}
