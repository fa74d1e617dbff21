import { setTimeout as delay } from 'node:timers/promises';
import { isKubeError, type KubeClient, type KubeObject, type ResourceType, types } from '#libs/kube';
import { SUBRESOURCE_GROUP, SUBRESOURCE_VERSIONS } from '#libs/kubevirt';
import { CRDS } from './crds.js';
import { CLUSTER_ROLES, DEFAULT_BINDING } from './roles.js';

const NAMESPACE = 'kubevirt';
const SERVICE = 'virt-api';
const ESTABLISHED_MS = 15_000;

async function apply(client: KubeClient, type: ResourceType, object: KubeObject): Promise<void> {
  await client.apply(type, object, { fieldManager: 'virt-operator', force: true });
}

/** Kinds and roles: everything that must be there before the controllers start. Resolves when the kinds are served. */
export async function installKinds(client: KubeClient): Promise<void> {
  await Promise.all([
    ...CRDS.map((crd) => apply(client, types.crds, crd)),
    ...CLUSTER_ROLES.map((role) => apply(client, types.clusterRoles, role)),
    apply(client, types.clusterRoleBindings, DEFAULT_BINDING),
    apply(client, types.namespaces, { metadata: { name: NAMESPACE } }),
  ]);
  await Promise.all([types.virtualMachines, types.virtualMachineInstances].map((type) => served(client, type)));
}

/** A new kind answers 404 until the API server has taken it up. */
async function served(client: KubeClient, type: ResourceType): Promise<void> {
  for (const end = Date.now() + ESTABLISHED_MS; ; await delay(50)) {
    try {
      await client.list(type, undefined, { limit: 1 });
      return;
    } catch (error) {
      if (!isKubeError(error, 404) || Date.now() > end) throw error;
    }
  }
}

/** Makes the API server forward subresources.kubevirt.io to this machine's `port`. */
export async function installApi(client: KubeClient, port: number, ca: string): Promise<void> {
  await apply(client, types.services, {
    metadata: { name: SERVICE, namespace: NAMESPACE, labels: { 'kubevirt.io': SERVICE } },
    spec: { type: 'ExternalName', externalName: 'localhost', ports: [{ name: 'https', port, protocol: 'TCP' }] },
  } as KubeObject);
  await Promise.all(
    SUBRESOURCE_VERSIONS.map((version) =>
      apply(client, types.apiServices, {
        metadata: { name: `${version}.${SUBRESOURCE_GROUP}`, labels: { 'kubevirt.io': SERVICE } },
        spec: {
          group: SUBRESOURCE_GROUP,
          version,
          groupPriorityMinimum: 1000,
          versionPriority: 15,
          caBundle: Buffer.from(ca).toString('base64'),
          service: { namespace: NAMESPACE, name: SERVICE, port },
        },
      } as KubeObject),
    ),
  );
}
