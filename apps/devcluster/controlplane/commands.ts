import { join } from 'node:path';
import { type PlaneFiles } from './certificates.js';

/** Where everything listens on 127.0.0.1. */
export interface PlanePorts {
  api: number;
  etcd: number;
  etcdPeer: number;
  manager: number;
}

/** The controllers of kube-controller-manager that a cluster without a kubelet needs. */
const CONTROLLERS = [
  'clusterrole-aggregation-controller',
  'deployment-controller',
  'garbage-collector-controller',
  'namespace-controller',
  'replicaset-controller',
  'root-ca-certificate-publisher-controller',
  'serviceaccount-controller',
  'serviceaccount-token-controller',
];

const flags = (values: Record<string, string | number | boolean>): string[] =>
  Object.entries(values).map(([name, value]) => `--${name}=${value}`);

/** Arguments of etcd: one member, reached over TLS by who has its certificate. Losing the machine may lose the last writes. */
export function etcdArgs(data: string, ports: PlanePorts, { etcdCa, etcdPair }: PlaneFiles): string[] {
  const client = `https://127.0.0.1:${ports.etcd}`;
  const peer = `https://127.0.0.1:${ports.etcdPeer}`;
  const tls = (prefix: string): Record<string, string | boolean> => ({
    [`${prefix}cert-file`]: etcdPair.cert,
    [`${prefix}key-file`]: etcdPair.key,
    [`${prefix}trusted-ca-file`]: etcdCa,
    [`${prefix}client-cert-auth`]: true,
  });
  return flags({
    name: 'local',
    'data-dir': join(data, 'etcd'),
    'unsafe-no-fsync': true,
    'log-level': 'warn',
    'listen-client-urls': client,
    'advertise-client-urls': client,
    'listen-peer-urls': peer,
    'initial-advertise-peer-urls': peer,
    'initial-cluster': `local=${peer}`,
    ...tls(''),
    ...tls('peer-'),
  });
}

/**
 * Arguments of kube-apiserver. No endpoints of the service `kubernetes` (there is no pod network), everything else as an
 * administrator sets it up: RBAC, aggregation, and the static tokens of `tokens`.
 */
export function apiServerArgs(
  data: string,
  ports: PlanePorts,
  files: PlaneFiles,
  tokens: string | undefined,
): string[] {
  return flags({
    'etcd-servers': `https://127.0.0.1:${ports.etcd}`,
    'etcd-cafile': files.etcdCa,
    'etcd-certfile': files.etcdPair.cert,
    'etcd-keyfile': files.etcdPair.key,
    'bind-address': '127.0.0.1',
    'advertise-address': '127.0.0.1',
    'secure-port': ports.api,
    'endpoint-reconciler-type': 'none',
    'cert-dir': join(data, 'pki'),
    'tls-cert-file': files.serverCert,
    'tls-private-key-file': files.serverKey,
    'client-ca-file': files.ca,
    ...(tokens === undefined ? {} : { 'token-auth-file': tokens }),
    'service-cluster-ip-range': '10.0.0.0/24',
    'allow-privileged': true,
    'authorization-mode': 'RBAC',
    // Its tokens are volumes of pods, which our node does not mount: it asks for tokens itself.
    'disable-admission-plugins': 'ServiceAccount',
    'service-account-issuer': 'https://kubernetes.default.svc',
    'service-account-key-file': files.serviceAccountPub,
    'service-account-signing-key-file': files.serviceAccountKey,
    'kubelet-client-certificate': files.kubeletClientCert,
    'kubelet-client-key': files.kubeletClientKey,
    // The host name of our node does not resolve.
    'kubelet-preferred-address-types': 'InternalIP',
    'requestheader-client-ca-file': files.frontProxyCa,
    'requestheader-allowed-names': 'front-proxy-client',
    'requestheader-username-headers': 'X-Remote-User',
    'requestheader-group-headers': 'X-Remote-Group',
    'requestheader-extra-headers-prefix': 'X-Remote-Extra-',
    'proxy-client-cert-file': files.frontProxyCert,
    'proxy-client-key-file': files.frontProxyKey,
    'shutdown-delay-duration': '0s',
  });
}

/** Arguments of kube-controller-manager. */
export function managerArgs(data: string, ports: PlanePorts, files: PlaneFiles): string[] {
  return flags({
    kubeconfig: files.managerKubeconfig,
    'authentication-kubeconfig': files.managerKubeconfig,
    'authorization-kubeconfig': files.managerKubeconfig,
    'bind-address': '127.0.0.1',
    'secure-port': ports.manager,
    'cert-dir': join(data, 'pki', 'manager'),
    'leader-elect': false,
    'use-service-account-credentials': true,
    'service-account-private-key-file': files.serviceAccountKey,
    'root-ca-file': files.ca,
    controllers: CONTROLLERS.join(','),
  });
}
