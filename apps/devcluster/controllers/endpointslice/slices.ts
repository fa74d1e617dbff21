import { type KubeObject, types } from '#libs/kube';
import { controllerReference } from '../owner.js';
import { matches } from '../selector.js';
import { type Pod } from '../workload.js';

export interface Service extends KubeObject {
  spec?: {
    type?: string;
    selector?: Record<string, string>;
    ports?: { name?: string; port: number; targetPort?: number | string; protocol?: string; appProtocol?: string }[];
  };
}

export interface EndpointSlice extends KubeObject {
  addressType: 'IPv4';
  endpoints: object[];
  ports: object[];
}

interface NodePod extends Pod {
  spec?: { nodeName?: string; containers?: { ports?: { name?: string; containerPort: number }[] }[] };
  status?: NonNullable<Pod['status']> & { podIP?: string };
}

export const SERVICE_LABEL = 'kubernetes.io/service-name';
export const MANAGED_LABEL = 'endpointslice.kubernetes.io/managed-by';
export const MANAGER = 'devcluster-endpointslice-controller';
const PORTS_ANNOTATION = 'node.devcluster.io/ports';

/**
 * The slices of a Service: one a pod, since each pod listens on ports of its own of the one address that this machine's
 * pods share. Empty for a Service without selector: its slices are somebody else's. Pure.
 */
export function slicesOf(service: Service, pods: Pod[]): EndpointSlice[] {
  const { selector, type } = service.spec ?? {};
  if (!selector || type === 'ExternalName' || service.metadata.deletionTimestamp) return [];
  return (pods as NodePod[])
    .filter((pod) => pod.status?.podIP && matches({ matchLabels: selector }, pod.metadata.labels))
    .filter((pod) => pod.status?.phase !== 'Succeeded' && pod.status?.phase !== 'Failed')
    .map((pod) => sliceOf(service, pod));
}

function sliceOf(service: Service, pod: NodePod): EndpointSlice {
  const { name = '', namespace = '', uid = '' } = pod.metadata;
  const terminating = pod.metadata.deletionTimestamp !== undefined;
  const serving = pod.status?.conditions?.find(({ type }) => type === 'Ready')?.status === 'True';
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: `${service.metadata.name}-${uid.slice(0, 8)}`,
      namespace,
      labels: { [SERVICE_LABEL]: service.metadata.name ?? '', [MANAGED_LABEL]: MANAGER },
      ownerReferences: [controllerReference(types.services, service)],
    },
    addressType: 'IPv4',
    endpoints: [
      {
        addresses: [pod.status?.podIP ?? ''],
        conditions: { ready: serving && !terminating, serving, terminating },
        nodeName: pod.spec?.nodeName ?? '',
        targetRef: { kind: 'Pod', name, namespace, uid },
      },
    ],
    ports: portsOf(service, pod),
  };
}

function portsOf(service: Service, pod: NodePod): object[] {
  const real = realPorts(pod);
  return (service.spec?.ports ?? []).flatMap(
    ({ name = '', port, targetPort = port, protocol = 'TCP', appProtocol }) => {
      const wanted = typeof targetPort === 'number' ? targetPort : containerPort(pod, targetPort);
      if (wanted === undefined) return [];
      return [{ name, protocol, port: real[wanted] ?? wanted, ...(appProtocol ? { appProtocol } : {}) }];
    },
  );
}

function containerPort(pod: NodePod, name: string): number | undefined {
  const ports = pod.spec?.containers?.flatMap((container) => container.ports ?? []);
  return ports?.find((port) => port.name === name)?.containerPort;
}

function realPorts({ metadata }: Pod): Record<string, number> {
  try {
    return JSON.parse(metadata.annotations?.[PORTS_ANNOTATION] ?? '{}') as Record<string, number>;
  } catch {
    return {};
  }
}
