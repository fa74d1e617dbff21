import { type ObjectAccess } from '../types.js';
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
}

/**
 * Where a service's server listens. Only an ExternalName says so: there is no network of services here that a cluster
 * address would lead into, and nothing that writes EndpointSlices.
 * @throws UnresolvedError
 */
export function resolve(objects: ObjectAccess, { service }: Pick<RemoteService, 'service'>): Address {
  const { namespace, name, port } = service;
  const found = objects.get('', 'services', name, namespace);
  if (!found) throw new UnresolvedError('ServiceNotFound', `service/${name} in "${namespace}" is not present`);
  const spec = (found.spec ?? {}) as ServiceSpec;
  if (spec.type === 'ExternalName') return { host: spec.externalName ?? '', port };
  throw new UnresolvedError('EndpointsNotFound', `service/${name} in "${namespace}" is not of the type ExternalName`);
}
