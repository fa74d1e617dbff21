import { type KubeObject, type ObjectAccess } from '../types.js';
import { type RemoteService } from './api-service.js';

export interface Address {
  host: string;
  port: number;
}

/** Why a service leads nowhere: the reason and message of the condition Available. */
export class UnresolvedError extends Error {
  readonly code = 'SERVICE_UNRESOLVED';

  constructor(
    readonly reason: string,
    message: string,
  ) {
    super(message);
    this.name = 'UnresolvedError';
  }
}

interface ServiceSpec {
  type?: string;
  externalName?: string;
  ports?: { name?: string; port: number }[];
}

interface Slice {
  endpoints?: { addresses?: string[]; conditions?: { ready?: boolean } }[];
  ports?: { name?: string; port?: number }[];
}

/**
 * Where a service's server listens: an ExternalName itself, else a ready endpoint of its EndpointSlices (there is no
 * network of services here that a cluster address would lead into).
 * @throws UnresolvedError
 */
export function resolve(objects: ObjectAccess, { service }: Pick<RemoteService, 'service'>): Address {
  const { namespace, name, port } = service;
  const found = objects.get('', 'services', name, namespace);
  if (!found) throw new UnresolvedError('ServiceNotFound', `service/${name} in "${namespace}" is not present`);
  const spec = (found.spec ?? {}) as ServiceSpec;
  if (spec.type === 'ExternalName') return { host: spec.externalName ?? '', port };
  const servicePort = spec.ports?.find((candidate) => candidate.port === port);
  if (!servicePort) {
    throw new UnresolvedError('ServicePortError', `service/${name} in "${namespace}" is not listening on port ${port}`);
  }
  const slices = objects
    .list('discovery.k8s.io', 'endpointslices', namespace)
    .filter((slice) => slice.metadata.labels?.['kubernetes.io/service-name'] === name);
  if (slices.length === 0) {
    throw new UnresolvedError('EndpointsNotFound', `cannot find endpointslices for service/${name} in "${namespace}"`);
  }
  const portName = servicePort.name ?? '';
  const address = slices.map((slice) => endpoint(slice, portName)).find((candidate) => candidate !== undefined);
  if (address) return address;
  throw new UnresolvedError(
    'MissingEndpoints',
    `endpointslices for service/${name} in "${namespace}" have no addresses with port name "${portName}"`,
  );
}

function endpoint(object: KubeObject, portName: string): Address | undefined {
  const slice = object as unknown as Slice;
  const port = slice.ports?.find((candidate) => (candidate.name ?? '') === portName)?.port;
  const host = slice.endpoints?.find(({ conditions }) => conditions?.ready !== false)?.addresses?.[0];
  return port !== undefined && host !== undefined ? { host, port } : undefined;
}
