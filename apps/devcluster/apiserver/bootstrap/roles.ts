import { type Fields } from '../types.js';

export interface BootstrapRole {
  name: string;
  rules?: Fields[];
  /** Gathers the roles that carry this label. */
  aggregate?: string;
  labels?: Record<string, string>;
}

const rule = (apiGroups: string[], resources: string[], verbs: string[]): Fields => ({ apiGroups, resources, verbs });
const paths = (...nonResourceURLs: string[]): Fields => ({ nonResourceURLs, verbs: ['get'] });

const READ = ['get', 'list', 'watch'];
const WRITE = ['create', 'delete', 'deletecollection', 'patch', 'update'];

const aggregateTo = (role: string): string => `rbac.authorization.k8s.io/aggregate-to-${role}`;

const VIEWED: Fields[] = [
  rule([''], ['configmaps', 'pods', 'serviceaccounts', 'services', 'services/status'], READ),
  rule([''], ['events', 'namespaces', 'namespaces/status', 'pods/log', 'pods/status'], READ),
  rule(
    ['apps'],
    ['deployments', 'replicasets'].flatMap((name) => [name, `${name}/scale`, `${name}/status`]),
    READ,
  ),
  rule(['policy'], ['poddisruptionbudgets', 'poddisruptionbudgets/status'], READ),
  rule(['networking.k8s.io'], ['ingresses', 'ingresses/status', 'networkpolicies'], READ),
];

const STREAMS = ['pods/attach', 'pods/exec', 'pods/portforward'];

const EDITED: Fields[] = [
  rule([''], [...STREAMS, 'secrets'], READ),
  rule([''], ['serviceaccounts'], ['impersonate']),
  rule([''], ['pods', ...STREAMS, 'configmaps', 'events', 'secrets', 'serviceaccounts', 'services'], WRITE),
  rule([''], ['serviceaccounts/token'], ['create']),
  rule(['apps'], ['deployments', 'deployments/scale', 'replicasets', 'replicasets/scale'], WRITE),
  rule(['policy'], ['poddisruptionbudgets'], WRITE),
  rule(['networking.k8s.io'], ['ingresses', 'networkpolicies'], WRITE),
  rule(['coordination.k8s.io'], ['leases'], [...READ, ...WRITE]),
];

const ADMINISTERED: Fields[] = [
  rule(['authorization.k8s.io'], ['localsubjectaccessreviews'], ['create']),
  rule(['rbac.authorization.k8s.io'], ['rolebindings', 'roles'], [...READ, ...WRITE]),
];

const HEALTH = ['/healthz', '/livez', '/readyz', '/version', '/version/'];

/** The roles that are always there. */
export const bootstrapRoles: BootstrapRole[] = [
  { name: 'cluster-admin', rules: [rule(['*'], ['*'], ['*']), { nonResourceURLs: ['*'], verbs: ['*'] }] },
  {
    name: 'system:discovery',
    rules: [paths('/api', '/api/*', '/apis', '/apis/*', '/openapi', '/openapi/*', ...HEALTH)],
  },
  { name: 'system:public-info-viewer', rules: [paths(...HEALTH)] },
  {
    name: 'system:basic-user',
    rules: [
      rule(['authorization.k8s.io'], ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'], ['create']),
      rule(['authentication.k8s.io'], ['selfsubjectreviews'], ['create']),
    ],
  },
  {
    name: 'system:auth-delegator',
    rules: [
      rule(['authentication.k8s.io'], ['tokenreviews'], ['create']),
      rule(['authorization.k8s.io'], ['subjectaccessreviews'], ['create']),
    ],
  },
  { name: 'system:aggregate-to-view', rules: VIEWED, labels: { [aggregateTo('view')]: 'true' } },
  { name: 'system:aggregate-to-edit', rules: EDITED, labels: { [aggregateTo('edit')]: 'true' } },
  { name: 'system:aggregate-to-admin', rules: ADMINISTERED, labels: { [aggregateTo('admin')]: 'true' } },
  { name: 'view', aggregate: aggregateTo('view'), labels: { [aggregateTo('edit')]: 'true' } },
  { name: 'edit', aggregate: aggregateTo('edit'), labels: { [aggregateTo('admin')]: 'true' } },
  { name: 'admin', aggregate: aggregateTo('admin') },
];

/** Who gets them: role to groups. */
export const bootstrapBindings: [role: string, groups: string[]][] = [
  ['cluster-admin', ['system:masters']],
  ['system:discovery', ['system:authenticated']],
  ['system:basic-user', ['system:authenticated']],
  ['system:public-info-viewer', ['system:authenticated', 'system:unauthenticated']],
];
