import { isKubeError, type KubeClient, type KubeObject } from '#libs/kube';
import { typesOf } from '../../discovery/index.js';
import { type OwnerReference } from '#libs/wire';
import { type Graph, type Node } from './graph.js';

const FOREGROUND = 'foregroundDeletion';
const ORPHAN = 'orphan';

type Owner = 'there' | 'waiting' | 'gone';

/**
 * One pass over one object.
 * - deleted in the foreground: its blocking dependents go first, then its finalizer
 * - deleted as `orphan`: its dependents forget it, then its finalizer
 * - all its owners gone: it goes; some gone: it forgets those
 */
export async function collect(client: KubeClient, graph: Graph, node: Node): Promise<void> {
  const { deletionTimestamp, finalizers = [] } = node.object.metadata;
  if (deletionTimestamp && finalizers.includes(ORPHAN)) return orphan(client, graph, node);
  if (deletionTimestamp && finalizers.includes(FOREGROUND)) return foreground(client, graph, node);
  const references = node.object.metadata.ownerReferences ?? [];
  if (references.length === 0 || deletionTimestamp) return;
  const states = await Promise.all(references.map((reference) => ownerState(client, graph, node, reference)));
  const there = references.filter((_, index) => states[index] === 'there');
  if (there.length === references.length) return;
  if (there.length > 0) return setOwners(client, node, there);
  const hasBlocked = graph
    .dependentsOf(node.uid)
    .some(({ object }) => object.metadata.ownerReferences?.some((o) => o.uid === node.uid && o.blockOwnerDeletion));
  await remove(client, node, states.includes('waiting') && hasBlocked ? 'Foreground' : undefined);
}

/** A reference is dangling only when the API server itself says so: the graph may be behind. */
async function ownerState(client: KubeClient, graph: Graph, node: Node, reference: OwnerReference): Promise<Owner> {
  const known = graph.get(reference.uid);
  const object = known?.object ?? (await findOwner(client, node, reference));
  if (object === 'unknown-kind') return 'there';
  if (!object) return 'gone';
  const { deletionTimestamp, finalizers } = object.metadata;
  return deletionTimestamp && finalizers?.includes(FOREGROUND) ? 'waiting' : 'there';
}

async function findOwner(
  client: KubeClient,
  { object }: Node,
  reference: OwnerReference,
): Promise<KubeObject | undefined | 'unknown-kind'> {
  const type = (await typesOf(client, reference.apiVersion))?.find(({ kind }) => kind === reference.kind);
  if (!type) return 'unknown-kind';
  try {
    const namespace = type.namespaced ? object.metadata.namespace : undefined;
    if (type.namespaced && namespace === undefined) return 'unknown-kind';
    const found = await client.get(type, reference.name, namespace);
    return found.metadata.uid === reference.uid ? found : undefined;
  } catch (error) {
    if (isKubeError(error, 404)) return undefined;
    throw error;
  }
}

async function foreground(client: KubeClient, graph: Graph, node: Node): Promise<void> {
  const dependents = graph.dependentsOf(node.uid);
  for (const dependent of dependents) {
    if (dependent.object.metadata.deletionTimestamp) continue;
    await collect(client, graph, dependent);
  }
  const blocking = dependents.filter(({ object }) =>
    object.metadata.ownerReferences?.some(({ uid, blockOwnerDeletion }) => uid === node.uid && blockOwnerDeletion),
  );
  if (blocking.length === 0) await dropFinalizer(client, node, FOREGROUND);
}

async function orphan(client: KubeClient, graph: Graph, node: Node): Promise<void> {
  for (const dependent of graph.dependentsOf(node.uid)) {
    const others = dependent.object.metadata.ownerReferences?.filter(({ uid }) => uid !== node.uid) ?? [];
    await setOwners(client, dependent, others);
  }
  await dropFinalizer(client, node, ORPHAN);
}

const change = (client: KubeClient, { type, object }: Node, metadata: object): Promise<unknown> => {
  const { name = '', namespace, uid, resourceVersion } = object.metadata;
  return client.patch(type, name, namespace, { metadata: { uid, resourceVersion, ...metadata } }, 'merge');
};

async function setOwners(client: KubeClient, node: Node, ownerReferences: OwnerReference[]): Promise<void> {
  await change(client, node, { ownerReferences: ownerReferences.length ? ownerReferences : null });
}

async function dropFinalizer(client: KubeClient, node: Node, name: string): Promise<void> {
  const finalizers = node.object.metadata.finalizers?.filter((finalizer) => finalizer !== name) ?? [];
  await change(client, node, { finalizers: finalizers.length ? finalizers : null });
}

async function remove(client: KubeClient, { type, object }: Node, policy?: 'Foreground'): Promise<void> {
  const { name = '', namespace, uid } = object.metadata;
  const held = object.metadata.finalizers?.find((finalizer) => finalizer === FOREGROUND || finalizer === ORPHAN);
  const kept = held === FOREGROUND ? 'Foreground' : held === ORPHAN ? 'Orphan' : 'Background';
  const options = { propagationPolicy: policy ?? kept, ...(uid === undefined ? {} : { uid }) } as const;
  await client.delete(type, name, namespace, options).catch((error: unknown) => {
    if (!isKubeError(error, 404, 409)) throw error;
  });
}
