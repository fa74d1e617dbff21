import { setDefault } from '../fields.js';
import { type ResourceDef } from '../types.js';
import { apiServiceStrategy } from './api-service.js';
import { configMapStrategy, secretStrategy } from './configuration.js';
import { crdStrategy } from './crd.js';
import { define, review, status } from './define.js';
import { leaseStrategy } from './lease.js';
import { namespaceStrategy } from './namespace.js';
import { podStrategy } from './pod.js';
import { bindingStrategy, roleStrategy } from './rbac.js';
import { serviceStrategy } from './service.js';
import { mutatingStrategy, validatingStrategy } from './webhook.js';
import { deploymentStrategy, replicaSetStrategy } from './workload.js';

const namespaced = true;
const scale = {
  specReplicasPath: '.spec.replicas',
  statusReplicasPath: '.status.replicas',
  labelSelectorPath: '.status.selector',
};

const core: ResourceDef[] = [
  define('', 'v1', 'namespaces', 'Namespace', {
    shortNames: ['ns'],
    verbs: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
    subresources: { status: true, others: { finalize: { kind: 'Namespace', verbs: ['update'] } } },
    strategy: namespaceStrategy,
  }),
  define('', 'v1', 'pods', 'Pod', {
    namespaced,
    shortNames: ['po'],
    categories: ['all'],
    subresources: {
      status: true,
      others: { log: { kind: 'Pod', verbs: ['get'] }, binding: { kind: 'Binding', verbs: ['create'] } },
    },
    strategy: podStrategy,
  }),
  define('', 'v1', 'secrets', 'Secret', { namespaced, strategy: secretStrategy }),
  define('', 'v1', 'configmaps', 'ConfigMap', { namespaced, shortNames: ['cm'], strategy: configMapStrategy }),
  define('', 'v1', 'services', 'Service', {
    namespaced,
    shortNames: ['svc'],
    categories: ['all'],
    subresources: status,
    strategy: serviceStrategy,
  }),
  define('', 'v1', 'serviceaccounts', 'ServiceAccount', {
    namespaced,
    shortNames: ['sa'],
    subresources: {
      others: { token: { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest', verbs: ['create'] } },
    },
    strategy: { returnsDeleted: true },
  }),
  define('', 'v1', 'events', 'Event', {
    namespaced,
    shortNames: ['ev'],
    strategy: {
      defaults(event) {
        setDefault(event, 'source', {});
        for (const time of ['firstTimestamp', 'lastTimestamp', 'eventTime']) setDefault(event, time, null);
        setDefault(event, 'reportingComponent', '');
        setDefault(event, 'reportingInstance', '');
      },
    },
  }),
  define('', 'v1', 'nodes', 'Node', { shortNames: ['no'], subresources: status }),
];

const apps: ResourceDef[] = [
  define('apps', 'v1', 'deployments', 'Deployment', {
    namespaced,
    shortNames: ['deploy'],
    categories: ['all'],
    subresources: { status: true, scale },
    strategy: deploymentStrategy,
  }),
  define('apps', 'v1', 'replicasets', 'ReplicaSet', {
    namespaced,
    shortNames: ['rs'],
    categories: ['all'],
    subresources: { status: true, scale },
    strategy: replicaSetStrategy,
  }),
];

const RBAC = 'rbac.authorization.k8s.io';
const rbac: ResourceDef[] = [
  define(RBAC, 'v1', 'roles', 'Role', { namespaced, strategy: roleStrategy }),
  define(RBAC, 'v1', 'rolebindings', 'RoleBinding', { namespaced, strategy: bindingStrategy }),
  define(RBAC, 'v1', 'clusterroles', 'ClusterRole', { strategy: roleStrategy }),
  define(RBAC, 'v1', 'clusterrolebindings', 'ClusterRoleBinding', { strategy: bindingStrategy }),
];

const NETWORK = 'networking.k8s.io';
const others: ResourceDef[] = [
  define(NETWORK, 'v1', 'ingresses', 'Ingress', {
    namespaced,
    shortNames: ['ing'],
    subresources: status,
    strategy: { prepare: (ingress, old) => void (old ?? (ingress.status = { loadBalancer: {} })) },
  }),
  define(NETWORK, 'v1', 'networkpolicies', 'NetworkPolicy', {
    namespaced,
    shortNames: ['netpol'],
  }),
  define('policy', 'v1', 'poddisruptionbudgets', 'PodDisruptionBudget', {
    namespaced,
    shortNames: ['pdb'],
    subresources: status,
  }),
  define('coordination.k8s.io', 'v1', 'leases', 'Lease', {
    namespaced,
    strategy: leaseStrategy,
  }),
  define('apiextensions.k8s.io', 'v1', 'customresourcedefinitions', 'CustomResourceDefinition', {
    shortNames: ['crd', 'crds'],
    categories: ['api-extensions'],
    subresources: status,
    strategy: crdStrategy,
  }),
  define('apiregistration.k8s.io', 'v1', 'apiservices', 'APIService', {
    categories: ['api-extensions'],
    subresources: status,
    strategy: apiServiceStrategy,
  }),
];

const ADMISSION = 'admissionregistration.k8s.io';
const webhooks: ResourceDef[] = [
  define(ADMISSION, 'v1', 'mutatingwebhookconfigurations', 'MutatingWebhookConfiguration', {
    categories: ['api-extensions'],
    strategy: mutatingStrategy,
  }),
  define(ADMISSION, 'v1', 'validatingwebhookconfigurations', 'ValidatingWebhookConfiguration', {
    categories: ['api-extensions'],
    strategy: validatingStrategy,
  }),
];

const reviews: ResourceDef[] = [
  review('authentication.k8s.io', 'tokenreviews', 'TokenReview'),
  review('authentication.k8s.io', 'selfsubjectreviews', 'SelfSubjectReview'),
  review('authorization.k8s.io', 'subjectaccessreviews', 'SubjectAccessReview'),
  review('authorization.k8s.io', 'selfsubjectaccessreviews', 'SelfSubjectAccessReview'),
  review('authorization.k8s.io', 'selfsubjectrulesreviews', 'SelfSubjectRulesReview'),
  review('authorization.k8s.io', 'localsubjectaccessreviews', 'LocalSubjectAccessReview', namespaced),
];

/** Everything that is served without a CRD. */
export const builtInKinds: readonly ResourceDef[] = [...core, ...apps, ...rbac, ...others, ...webhooks, ...reviews];
