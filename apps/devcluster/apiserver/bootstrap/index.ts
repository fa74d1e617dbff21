import { type Context } from '../context.js';
import { createFrom } from '../rest/create.js';
import { RBAC_GROUP } from '../authz/rbac.js';
import { type PkiFiles, pem } from '../../pki/index.js';
import { ApiError } from '../status.js';
import { type Fields, type KubeObject } from '../types.js';
import { bootstrapBindings, bootstrapRoles } from './roles.js';

const LABELS = { 'kubernetes.io/bootstrapping': 'rbac-defaults' };
const ANNOTATIONS = { 'rbac.authorization.kubernetes.io/autoupdate': 'true' };
const NAMESPACES = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];

/** Makes what every cluster has where it is missing: namespaces, the Service of the API server, roles and bindings. */
export async function bootstrap(ctx: Context, port: number, pki: PkiFiles): Promise<void> {
  for (const name of NAMESPACES) await ensure(ctx, '', 'namespaces', { metadata: { name } });
  await ensure(ctx, '', 'services', apiService(port));
  const trust = aggregationTrust(pki);
  await ensure(ctx, '', 'configmaps', trust);
  ctx.objects.update('', 'configmaps', 'extension-apiserver-authentication', 'kube-system', (map) => {
    map['data'] = trust['data'];
  });
  for (const { name, rules = [], aggregate, labels = {} } of bootstrapRoles) {
    const metadata = { name, labels: { ...LABELS, ...labels }, annotations: ANNOTATIONS };
    const rule = aggregate
      ? { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [aggregate]: 'true' } }] } }
      : {};
    await ensure(ctx, RBAC_GROUP, 'clusterroles', { metadata, rules, ...rule });
  }
  const namespace = 'kube-system';
  const metadata = {
    name: 'extension-apiserver-authentication-reader',
    namespace,
    labels: LABELS,
    annotations: ANNOTATIONS,
  };
  await ensure(ctx, RBAC_GROUP, 'roles', { metadata, rules: [readTrust] });
  for (const [role, groups] of bootstrapBindings) {
    await ensure(ctx, RBAC_GROUP, 'clusterrolebindings', {
      metadata: { name: role, labels: LABELS, annotations: ANNOTATIONS },
      roleRef: { apiGroup: RBAC_GROUP, kind: 'ClusterRole', name: role },
      subjects: groups.map((name) => ({ apiGroup: RBAC_GROUP, kind: 'Group', name })),
    });
  }
}

const apiService = (port: number): Fields => ({
  metadata: {
    name: 'kubernetes',
    namespace: 'default',
    labels: { component: 'apiserver', provider: 'kubernetes' },
  },
  spec: {
    clusterIP: '10.0.0.1',
    ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: port }],
  },
});

const readTrust = {
  apiGroups: [''],
  resources: ['configmaps'],
  resourceNames: ['extension-apiserver-authentication'],
  verbs: ['get', 'list', 'watch'],
};

/** By which servers behind this one know it. */
const aggregationTrust = (pki: PkiFiles): Fields => ({
  metadata: { name: 'extension-apiserver-authentication', namespace: 'kube-system' },
  data: {
    'client-ca-file': pem(pki.ca),
    'requestheader-client-ca-file': pem(pki.frontProxyCa),
    'requestheader-allowed-names': '["front-proxy-client"]',
    'requestheader-username-headers': '["X-Remote-User"]',
    'requestheader-group-headers': '["X-Remote-Group"]',
    'requestheader-extra-headers-prefix': '["X-Remote-Extra-"]',
  },
});

async function ensure(ctx: Context, group: string, resource: string, body: Fields): Promise<void> {
  const def = ctx.registry.findAny(group, resource);
  if (!def) throw new Error(`no built-in resource ${resource}.${group}`);
  const object = { apiVersion: group ? `${group}/${def.version}` : def.version, kind: def.kind, ...body } as KubeObject;
  const { name, namespace } = object.metadata;
  if (ctx.objects.get(group, resource, name, namespace)) return;
  const call = {
    def,
    verb: 'create',
    namespace,
    name,
    subresource: '',
    query: new URLSearchParams(),
    user: { username: 'system:apiserver', groups: ['system:masters'] },
    contentType: '',
    accept: '',
    userAgent: 'kube-apiserver',
    body: Buffer.alloc(0),
  };
  try {
    await createFrom(ctx, call, object);
  } catch (error) {
    if (!(error instanceof ApiError && error.code === 409)) throw error;
  }
}
