import { type GateServerSettings } from '#libs/api';
import { type Manifest } from '../cluster/manifest.js';
import { HTTP_PORT, METRICS_PORT } from './deployment.js';
import { namesOf } from '../cluster/names.js';
import { labelsOf, selectorOf } from './names.js';

/** How browsers reach the gateway, decided. */
export type Exposure = 'ingress' | 'loadbalancer' | 'nodeport' | 'none';

const SERVICE_TYPES: Partial<Record<Exposure, string>> = { loadbalancer: 'LoadBalancer', nodeport: 'NodePort' };
/** Consoles live long and may be silent; the gateway pings more often than this. */
const LONG_SECONDS = '3600';

export function service(name: string, namespace: string, exposure: Exposure): Manifest {
  return {
    metadata: { name, namespace, labels: labelsOf(name) },
    spec: {
      type: SERVICE_TYPES[exposure] ?? 'ClusterIP',
      selector: selectorOf(name),
      ports: [{ name: 'http', port: HTTP_PORT, targetPort: 'http', protocol: 'TCP' }],
    },
  };
}

export function ingress(name: string, namespace: string, settings: GateServerSettings): Manifest {
  const { route, tls } = settings;
  const backend = { service: { name, port: { name: 'http' } } };
  const secretName = tls?.['secret-name'] ?? namesOf(name).tls;
  return {
    metadata: { name, namespace, labels: labelsOf(name), annotations: ingressAnnotations(settings) },
    spec: {
      ...(settings['ingress-class'] === undefined ? {} : { ingressClassName: settings['ingress-class'] }),
      rules: [{ host: route, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }],
      tls: [{ hosts: [route], secretName }],
    },
  };
}

function ingressAnnotations({ tls }: GateServerSettings): Record<string, string> {
  const issuer = tls?.['issuer-ref'];
  const kind = issuer?.kind === 'ClusterIssuer' ? 'cluster-issuer' : 'issuer';
  return {
    'nginx.ingress.kubernetes.io/proxy-read-timeout': LONG_SECONDS,
    'nginx.ingress.kubernetes.io/proxy-send-timeout': LONG_SECONDS,
    'haproxy.router.openshift.io/timeout': `${LONG_SECONDS}s`,
    ...(issuer ? { [`cert-manager.io/${kind}`]: issuer.name } : {}),
    ...(issuer?.group ? { 'cert-manager.io/issuer-group': issuer.group } : {}),
  };
}

/** Who may connect to the pods: browsers (through whatever exposes them) and the scraper of metrics. */
export function networkPolicy(name: string, namespace: string): Manifest {
  return {
    metadata: { name, namespace, labels: labelsOf(name) },
    spec: {
      podSelector: { matchLabels: selectorOf(name) },
      policyTypes: ['Ingress'],
      ingress: [
        { ports: [{ protocol: 'TCP', port: HTTP_PORT }] },
        { from: [{ namespaceSelector: {} }], ports: [{ protocol: 'TCP', port: METRICS_PORT }] },
      ],
    },
  };
}

export function disruptionBudget(name: string, namespace: string): Manifest {
  return {
    metadata: { name, namespace, labels: labelsOf(name) },
    spec: { maxUnavailable: 1, selector: { matchLabels: selectorOf(name) } },
  };
}
