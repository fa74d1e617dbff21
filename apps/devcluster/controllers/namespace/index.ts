import { type V1Namespace } from '@kubernetes/client-node';
import { type Again, type KubeClient, type KubeObject, keyOf, pathOf, type Served, types } from '#libs/kube';
import { discover, type ServedType } from '../../discovery/index.js';
import { type Cache } from '../cache.js';
import { Controller } from '../controller.js';

type Namespace = Served<V1Namespace>;

/** How soon content that is still on its way out is looked at again. */
const AGAIN_MS = 500;

/** Empties namespaces that are being deleted, then lets them go. */
export function namespaceController(cache: Cache, onError: (error: unknown, key: string) => void): Controller {
  const namespaces = cache.of<Namespace>(types.namespaces);
  const sources = [{ type: types.namespaces, keys: (object: KubeObject) => [keyOf(object)] }];
  const reconcile = async (_: string, name: string): Promise<Again> => {
    const namespace = namespaces.get(name);
    if (!namespace?.metadata.deletionTimestamp || !namespace.spec?.finalizers?.includes('kubernetes')) return;
    return emptyNamespace(cache.client, namespace);
  };
  return new Controller(cache, sources, reconcile, onError);
}

/** One pass: deletes what is left, and finalizes when nothing is. Nothing is let go while a part of the API is away. */
async function emptyNamespace(client: KubeClient, namespace: Namespace): Promise<Again> {
  const name = namespace.metadata.name ?? '';
  const { types: served, missing } = await discover(client);
  let left = 0;
  for (const type of served.filter(isContent)) left += await emptyOne(client, type, name);
  if (left > 0 || missing.length > 0) return { again: AGAIN_MS };
  const finalizers = namespace.spec?.finalizers?.filter((finalizer) => finalizer !== 'kubernetes') ?? [];
  const finalized = { ...namespace, spec: { ...namespace.spec, finalizers } };
  const response = await client.request('PUT', `${pathOf(types.namespaces, undefined, name)}/finalize`, {
    body: { apiVersion: 'v1', kind: 'Namespace', ...finalized },
  });
  await response.body.dump();
}

const isContent = ({ namespaced, verbs }: ServedType): boolean =>
  namespaced && verbs.includes('list') && verbs.includes('deletecollection');

async function emptyOne(client: KubeClient, type: ServedType, namespace: string): Promise<number> {
  const { items } = await client.list(type, namespace);
  if (items.some(({ metadata }) => !metadata.deletionTimestamp)) {
    const response = await client.request('DELETE', pathOf(type, namespace), {
      body: { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Background' },
    });
    await response.body.dump();
  }
  return items.length;
}
