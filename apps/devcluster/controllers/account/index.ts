import { type V1ConfigMap } from '@kubernetes/client-node';
import { type Again, isKubeError, type KubeClient, type KubeObject, type Served, types } from '#libs/kube';
import { type Cache } from '../cache.js';
import { Controller } from '../controller.js';

export const ROOT_CA = 'kube-root-ca.crt';

type ConfigMap = Served<V1ConfigMap>;

/** Gives every namespace its ServiceAccount `default` and the ConfigMap with the CA of the API server. */
export function accountController(
  cache: Cache,
  ca: string,
  onError: (error: unknown, key: string) => void,
): Controller {
  const namespaces = cache.of<KubeObject>(types.namespaces);
  const accounts = cache.of<KubeObject>(types.serviceAccounts);
  const configMaps = cache.of<ConfigMap>(types.configMaps);
  const namespaceIf = (name: string) => (object: KubeObject) =>
    object.metadata.name === name ? [object.metadata.namespace ?? ''] : [];
  const sources = [
    { type: types.namespaces, keys: ({ metadata }: KubeObject) => [metadata.name ?? ''] },
    { type: types.serviceAccounts, keys: namespaceIf('default') },
    { type: types.configMaps, keys: namespaceIf(ROOT_CA) },
  ];
  const reconcile = async (_: string, name: string): Promise<Again> => {
    const namespace = namespaces.get(name);
    if (!namespace || namespace.metadata.deletionTimestamp) return;
    await syncAccount(cache.client, name, {
      hasAccount: accounts.get('default', name) !== undefined,
      configMap: configMaps.get(ROOT_CA, name),
      ca,
    });
  };
  return new Controller(cache, sources, reconcile, onError);
}

/** One pass over one namespace, given what it has. */
export async function syncAccount(
  client: KubeClient,
  namespace: string,
  found: { hasAccount: boolean; configMap: ConfigMap | undefined; ca: string },
): Promise<void> {
  if (!found.hasAccount) {
    await orExists(client.create(types.serviceAccounts, { metadata: { name: 'default', namespace } }));
  }
  const wanted = { metadata: { name: ROOT_CA, namespace }, data: { 'ca.crt': found.ca } };
  if (!found.configMap) await orExists(client.create<ConfigMap>(types.configMaps, wanted));
  else if (found.configMap.data?.['ca.crt'] !== found.ca) await client.replace<ConfigMap>(types.configMaps, wanted);
}

async function orExists(made: Promise<unknown>): Promise<void> {
  await made.catch((error: unknown) => {
    if (!isKubeError(error, 409)) throw error;
  });
}
