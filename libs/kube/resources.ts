import { GROUP, VERSION } from '#libs/api';
import { type ResourceType } from './types.js';

function define(group: string, version: string, resource: string, kind: string, namespaced = true): ResourceType {
  return Object.freeze({ group, version, resource, kind, namespaced });
}

const RBAC = 'rbac.authorization.k8s.io';
const ADMISSION = 'admissionregistration.k8s.io';

/** The resources that this product's programs speak of. */
export const types = {
  pods: define('', 'v1', 'pods', 'Pod'),
  services: define('', 'v1', 'services', 'Service'),
  secrets: define('', 'v1', 'secrets', 'Secret'),
  configMaps: define('', 'v1', 'configmaps', 'ConfigMap'),
  serviceAccounts: define('', 'v1', 'serviceaccounts', 'ServiceAccount'),
  namespaces: define('', 'v1', 'namespaces', 'Namespace', false),
  nodes: define('', 'v1', 'nodes', 'Node', false),
  events: define('', 'v1', 'events', 'Event'),
  leases: define('coordination.k8s.io', 'v1', 'leases', 'Lease'),
  deployments: define('apps', 'v1', 'deployments', 'Deployment'),
  replicaSets: define('apps', 'v1', 'replicasets', 'ReplicaSet'),
  roles: define(RBAC, 'v1', 'roles', 'Role'),
  roleBindings: define(RBAC, 'v1', 'rolebindings', 'RoleBinding'),
  clusterRoles: define(RBAC, 'v1', 'clusterroles', 'ClusterRole', false),
  clusterRoleBindings: define(RBAC, 'v1', 'clusterrolebindings', 'ClusterRoleBinding', false),
  ingresses: define('networking.k8s.io', 'v1', 'ingresses', 'Ingress'),
  ingressClasses: define('networking.k8s.io', 'v1', 'ingressclasses', 'IngressClass', false),
  networkPolicies: define('networking.k8s.io', 'v1', 'networkpolicies', 'NetworkPolicy'),
  podDisruptionBudgets: define('policy', 'v1', 'poddisruptionbudgets', 'PodDisruptionBudget'),
  crds: define('apiextensions.k8s.io', 'v1', 'customresourcedefinitions', 'CustomResourceDefinition', false),
  apiServices: define('apiregistration.k8s.io', 'v1', 'apiservices', 'APIService', false),
  mutatingWebhooks: define(ADMISSION, 'v1', 'mutatingwebhookconfigurations', 'MutatingWebhookConfiguration', false),
  validatingWebhooks: define(
    ADMISSION,
    'v1',
    'validatingwebhookconfigurations',
    'ValidatingWebhookConfiguration',
    false,
  ),
  virtualMachines: define('kubevirt.io', 'v1', 'virtualmachines', 'VirtualMachine'),
  virtualMachineInstances: define('kubevirt.io', 'v1', 'virtualmachineinstances', 'VirtualMachineInstance'),
  gateServers: define(GROUP, VERSION, 'gateservers', 'GateServer'),
  gateTokens: define(GROUP, VERSION, 'gatetokens', 'GateToken'),
  gateSessions: define(GROUP, VERSION, 'gatesessions', 'GateSession'),
} as const satisfies Record<string, ResourceType>;

/** `v1`, `apps/v1`: the apiVersion of a type's objects. */
export function apiVersion(type: ResourceType): string {
  return type.group ? `${type.group}/${type.version}` : type.version;
}

/**
 * The API path of a collection, an object or a subresource.
 * @throws TypeError on an empty or hostile part: an empty name would turn "delete this" into "delete them all"
 */
export function pathOf(type: ResourceType, namespace?: string, name?: string, subresource?: string): string {
  const base = type.group ? `/apis/${type.group}/${type.version}` : `/api/${type.version}`;
  const scope = type.namespaced && namespace !== undefined ? `/namespaces/${segment(namespace)}` : '';
  const object = name === undefined ? '' : `/${segment(name)}`;
  // Only the subresource may have several parts (portforward/5900/tcp).
  const sub = subresource === undefined ? '' : `/${subresource.split('/').map(segment).join('/')}`;
  return `${base}${scope}/${type.resource}${object}${sub}`;
}

function segment(part: string): string {
  if (part === '' || part === '.' || part === '..') throw new TypeError(`"${part}" cannot be a part of an API path`);
  return encodeURIComponent(part);
}
