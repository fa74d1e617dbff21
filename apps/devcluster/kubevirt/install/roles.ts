import { type KubeObject } from '#libs/kube';

interface Rule {
  apiGroups: string[];
  resources: string[];
  verbs: string[];
}

const SUB = 'subresources.kubevirt.io';
const READ = ['get', 'list', 'watch'];
const WRITE = ['get', 'delete', 'create', 'update', 'patch', 'list', 'watch'];

const on = (resource: string, subresources: string[]): string[] => subresources.map((name) => `${resource}/${name}`);
const rule = (apiGroup: string, resources: string[], verbs: string[]): Rule => ({
  apiGroups: [apiGroup],
  resources,
  verbs,
});

const KINDS = ['virtualmachines', 'virtualmachineinstances'];
const ABOUT = on('virtualmachineinstances', ['guestosinfo', 'filesystemlist', 'userlist']);
const CONSOLES = on('virtualmachineinstances', ['console', 'vnc', 'portforward', 'usbredir', 'vsock']);
const RUNNING = on('virtualmachineinstances', ['pause', 'unpause', 'freeze', 'unfreeze', 'reset', 'softreboot']);
const POWER = on('virtualmachines', ['start', 'stop', 'restart']);

const EDIT = [rule(SUB, [...CONSOLES, ...ABOUT], ['get']), rule(SUB, [...RUNNING, ...POWER], ['update'])];

function clusterRole(name: string, rules: Rule[], labels: Record<string, string> = {}): KubeObject & { rules: Rule[] } {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name, labels: { 'kubevirt.io': '', ...labels } },
    rules,
  };
}

const aggregate = (to: string): Record<string, string> => ({
  [`rbac.authorization.k8s.io/aggregate-to-${to}`]: 'true',
});

/** Who may do what with machines: aggregated to the cluster's own admin, edit and view, as KubeVirt's are. */
export const CLUSTER_ROLES = [
  clusterRole('kubevirt.io:default', [rule(SUB, ['version', 'guestfs'], ['get', 'list'])]),
  clusterRole(
    'kubevirt.io:admin',
    [
      ...EDIT,
      rule(SUB, on('virtualmachineinstances', ['vnc/screenshot']), ['get']),
      rule('kubevirt.io', KINDS, [...WRITE, 'deletecollection']),
    ],
    aggregate('admin'),
  ),
  clusterRole('kubevirt.io:edit', [...EDIT, rule('kubevirt.io', KINDS, WRITE)], aggregate('edit')),
  clusterRole('kubevirt.io:view', [rule(SUB, ABOUT, ['get']), rule('kubevirt.io', KINDS, READ)], aggregate('view')),
  clusterRole('kubevirt.io:migrate', [rule(SUB, ['virtualmachines/migrate'], ['update'])]),
];

export const DEFAULT_BINDING = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRoleBinding',
  metadata: { name: 'kubevirt.io:default', labels: { 'kubevirt.io': '' } },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'kubevirt.io:default' },
  subjects: ['system:authenticated', 'system:unauthenticated'].map((name) => ({
    kind: 'Group',
    apiGroup: 'rbac.authorization.k8s.io',
    name,
  })),
};
