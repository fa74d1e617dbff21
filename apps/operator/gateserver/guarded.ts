import { type Served } from './discovery.js';

/**
 * Groups whose objects run programs as any account of the namespace, scale or stop the gateway, lead its guests
 * elsewhere, or write Secrets.
 */
const GROUPS: ReadonlySet<string> = new Set([
  'apps',
  'apps.openshift.io',
  'autoscaling',
  'autoscaling.k8s.io',
  'batch',
  'cert-manager.io',
  'coordination.k8s.io',
  'discovery.k8s.io',
  'gateway.networking.k8s.io',
  'keda.sh',
  'networking.k8s.io',
  'policy',
  'route.openshift.io',
]);

/** The same in the core group; NAME-jwks is a ConfigMap. */
const CORE: ReadonlySet<string> = new Set([
  'bindings',
  'configmaps',
  'endpoints',
  'limitranges',
  'pods',
  'podtemplates',
  'replicationcontrollers',
  'resourcequotas',
  'serviceaccounts',
  'services',
]);

/** Does whoever may write objects of this kind, in the gateway's own namespace, reach the gateway or its keys? */
export function isGuarded({ group, name }: Served): boolean {
  const [resource = ''] = name.split('/');
  return GROUPS.has(group) || (group === '' && CORE.has(resource));
}
