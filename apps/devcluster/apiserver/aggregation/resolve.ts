import { textOf } from '../fields.js';
import { type ObjectAccess } from '../types.js';
import { type RemoteService } from './api-service.js';

export interface Address {
  host: string;
  port: number;
}

/** A service leads nowhere. */
export class UnresolvedError extends Error {
  override readonly name = 'UnresolvedError';
}

/**
 * Where a service's server listens. Only an ExternalName says so: nothing here routes cluster addresses or writes
 * EndpointSlices.
 * @throws UnresolvedError
 */
export function resolve(objects: ObjectAccess, { service }: Pick<RemoteService, 'service'>): Address {
  const { namespace, name, port } = service;
  const found = objects.get('', 'services', name, namespace);
  if (!found) throw new UnresolvedError(`service/${name} in "${namespace}" is not present`);
  const { type, externalName } = found.spec ?? {};
  if (type === 'ExternalName') return { host: textOf(externalName), port };
  throw new UnresolvedError(`service/${name} in "${namespace}" is not of the type ExternalName`);
}
