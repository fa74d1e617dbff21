import { type ServedResource } from './discovery.js';

/**
 * Groups whose objects run programs as any account of the namespace, scale or stop the gateway, lead its guests
 * elsewhere, or write Secrets.
 */
const GROUPS: ReadonlySet<string> = new Set([
  'apps',
  'apps.openshift.io',
  'argoproj.io',
  'autoscaling',
  'autoscaling.k8s.io',
  'batch',
  'bitnami.com',
  'build.openshift.io',
  'cert-manager.io',
  'cilium.io',
  'configuration.konghq.com',
  'coordination.k8s.io',
  'crd.projectcalico.org',
  'discovery.k8s.io',
  'export.kubevirt.io',
  'extensions',
  'external-secrets.io',
  'gateway.networking.k8s.io',
  'helm.toolkit.fluxcd.io',
  'jobset.x-k8s.io',
  'k8s.cni.cncf.io',
  'keda.sh',
  'kustomize.toolkit.fluxcd.io',
  'monitoring.coreos.com',
  'networking.istio.io',
  'networking.k8s.io',
  'operators.coreos.com',
  'policy',
  'policy.networking.k8s.io',
  'projectcalico.org',
  'projectcontour.io',
  'route.openshift.io',
  'secrets-store.csi.x-k8s.io',
  'security.istio.io',
  'serving.knative.dev',
  'tekton.dev',
  'template.openshift.io',
  'traefik.io',
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

/** The kinds of Kubernetes' core and of KubeVirt were looked at one by one; those of other groups only as above. */
export function isKnown({ group }: ServedResource): boolean {
  return group === '' || group === 'events.k8s.io' || /(^|\.)kubevirt\.io$/.test(group);
}

/** Could a writer of this kind, in the gateway's own namespace, reach the gateway or its keys? */
export function isGuarded({ group, name }: ServedResource): boolean {
  const [resource = ''] = name.split('/');
  return GROUPS.has(group) || (group === '' && CORE.has(resource));
}
