import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { cluster } from './cluster.js';
import { kubectl, kubectlOk } from './kubectl.js';

interface Kubeconfig {
  users: { name: string; user: { token?: string } }[];
  contexts: { name: string; context: { user: string; cluster: string } }[];
  clusters: { name: string; cluster: { server: string; 'certificate-authority-data'?: string } }[];
}

function kubeconfig(): Kubeconfig {
  return parse(readFileSync(cluster().kubeconfig, 'utf8')) as Kubeconfig;
}

/** The bearer token of a context of the cluster's kubeconfig. */
export function tokenOf(context: 'admin' | 'dev' | 'viewer'): string {
  const file = kubeconfig();
  const user = file.contexts.find((entry) => entry.name === context)?.context.user;
  const token = file.users.find((entry) => entry.name === user)?.user.token;
  if (token === undefined) throw new Error(`The kubeconfig has no token for the context ${context}`);
  return token;
}

/** The API server's URL in the kubeconfig. */
export function apiServer(): string {
  const server = kubeconfig().clusters[0]?.cluster.server;
  if (server === undefined) throw new Error('The kubeconfig names no cluster');
  return server;
}

/** PEM of the API server's authority. */
export function clusterCa(): Buffer {
  return Buffer.from(kubeconfig().clusters[0]?.cluster['certificate-authority-data'] ?? '', 'base64');
}

/** Verbs by resource, `{ virtualmachines: 'get list' }`; of one object: `{ 'virtualmachines[demo]': 'get' }`. */
export type Rights = Record<string, string>;

/**
 * Creates a service account of the sample's namespace that has these rights and no others.
 * @returns its token, and what deletes it again
 */
export async function accountWith(
  name: string,
  rights: Rights,
): Promise<{ token: string; remove: () => Promise<void> }> {
  const { namespace } = cluster();
  const rules = Object.entries(rights).map(([resource, verbs]) => ({
    apiGroups: ['kubevirt.io', 'subresources.kubevirt.io', 'kubegateway.kubevirt.io'],
    resources: [resource.replace(/\[.*\]$/, '')],
    verbs: verbs.split(' '),
    ...(resource.endsWith(']') && { resourceNames: [resource.slice(resource.indexOf('[') + 1, -1)] }),
  }));
  const objects = ['serviceaccount', 'role', 'rolebinding'].map((kind) => `${kind}/${name}`);
  const metadata = { name, namespace };
  const rbac = 'rbac.authorization.k8s.io';
  const items = [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
    { apiVersion: `${rbac}/v1`, kind: 'Role', metadata, rules },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup: rbac, kind: 'Role', name },
      subjects: [{ kind: 'ServiceAccount', ...metadata }],
    },
  ];
  await kubectlOk('create -f -', { input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }) });
  const token = (await kubectlOk(['create', 'token', name])).trim();
  return { token, remove: async () => void (await kubectl(['delete', ...objects])) };
}
