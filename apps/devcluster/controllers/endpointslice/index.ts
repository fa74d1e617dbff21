import { isDeepStrictEqual } from 'node:util';
import { type Again, isKubeError, keyOf, type KubeClient, type KubeObject, types } from '#libs/kube';
import { type Cache } from '../cache.js';
import { Controller } from '../controller.js';
import { matches } from '../selector.js';
import { type Pod } from '../workload.js';
import { type EndpointSlice, MANAGED_LABEL, MANAGER, type Service, SERVICE_LABEL, slicesOf } from './slices.js';

/** Writes down behind which addresses and ports each Service is. */
export function endpointSliceController(cache: Cache, onError: (error: unknown, key: string) => void): Controller {
  const services = cache.of<Service>(types.services);
  const pods = cache.of<Pod>(types.pods);
  const servicesOf = ({ metadata: { labels, namespace } }: KubeObject): string[] =>
    services
      .list()
      .filter((service) => service.metadata.namespace === namespace && service.spec?.selector)
      .filter((service) => matches({ matchLabels: service.spec?.selector ?? {} }, labels))
      .map(keyOf);
  const sources = [
    { type: types.services, keys: (service: KubeObject) => [keyOf(service)] },
    { type: types.pods, keys: servicesOf },
    { type: types.endpointSlices, keys: ownService },
  ];
  const reconcile = async (namespace: string, name: string): Promise<Again> => {
    const service = services.get(name, namespace);
    if (!service) return; // Its slices are collected with it: they are owned.
    const own = pods.list().filter((pod) => pod.metadata.namespace === namespace);
    await syncSlices(cache.client, service, own);
  };
  return new Controller(cache, sources, reconcile, onError);
}

function ownService({ metadata: { labels, namespace } }: KubeObject): string[] {
  if (labels?.[MANAGED_LABEL] !== MANAGER) return [];
  return [`${namespace}/${labels[SERVICE_LABEL]}`];
}

/** Makes, changes and deletes slices until they are what the Service and its pods say. */
export async function syncSlices(client: KubeClient, service: Service, pods: Pod[]): Promise<void> {
  const { name = '', namespace } = service.metadata;
  const labelSelector = `${SERVICE_LABEL}=${name},${MANAGED_LABEL}=${MANAGER}`;
  const { items } = await client.list<EndpointSlice>(types.endpointSlices, namespace, { labelSelector });
  const wanted = slicesOf(service, pods);
  for (const slice of wanted) {
    const found = items.find(({ metadata }) => metadata.name === slice.metadata.name);
    if (!found) await client.create(types.endpointSlices, slice);
    else if (!sameContent(found, slice)) {
      const { resourceVersion } = found.metadata;
      const metadata = { ...slice.metadata, ...(resourceVersion === undefined ? {} : { resourceVersion }) };
      await client.replace(types.endpointSlices, { ...slice, metadata });
    }
  }
  const names = new Set(wanted.map(({ metadata }) => metadata.name));
  for (const { metadata } of items.filter((slice) => !names.has(slice.metadata.name))) {
    await remove(client, metadata.name ?? '', namespace);
  }
}

const sameContent = (a: EndpointSlice, b: EndpointSlice): boolean =>
  isDeepStrictEqual(a.endpoints, b.endpoints) && isDeepStrictEqual(a.ports, b.ports);

async function remove(client: KubeClient, name: string, namespace: string | undefined): Promise<void> {
  await client.delete(types.endpointSlices, name, namespace).catch((error: unknown) => {
    if (!isKubeError(error, 404)) throw error;
  });
}
