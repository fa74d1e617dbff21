import { type Pod, type Service, type ServiceBackend } from './objects.js';

const HOST = '127.0.0.1';
const PORTS_ANNOTATION = 'node.devcluster.io/ports';

export interface Endpoint {
  host: string;
  port: number;
}

/** Where the ready pods of a Service listen for one of its ports. Pods that are being deleted get nothing new. */
export function endpointsOf(service: Service | undefined, port: ServiceBackend['port'], pods: Pod[]): Endpoint[] {
  const { selector, ports = [] } = service?.spec ?? {};
  const wanted = ports.find(({ name, port: number }) =>
    port?.name === undefined ? number === (port?.number ?? number) : name === port.name,
  );
  if (!service || !selector || !wanted) return [];
  return pods
    .filter((pod) => pod.metadata.namespace === service.metadata.namespace && isReady(pod))
    .filter(({ metadata }) => Object.entries(selector).every(([key, value]) => metadata.labels?.[key] === value))
    .flatMap((pod) => realPort(pod, wanted.targetPort ?? wanted.port) ?? [])
    .map((real) => ({ host: HOST, port: real }));
}

function isReady({ metadata, status }: Pod): boolean {
  if (metadata.deletionTimestamp) return false;
  return status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') ?? false;
}

function realPort({ metadata, spec }: Pod, target: number | string): number | undefined {
  const ports = spec?.containers?.flatMap((container) => container.ports ?? []);
  const port = typeof target === 'number' ? target : ports?.find(({ name }) => name === target)?.containerPort;
  try {
    const map = JSON.parse(metadata.annotations?.[PORTS_ANNOTATION] ?? '{}') as Record<string, number>;
    return port === undefined ? undefined : map[port];
  } catch {
    return undefined;
  }
}
