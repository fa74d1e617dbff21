import { type GateServer } from '#libs/api';
import { type Fault } from './check.js';

/**
 * A host name belongs to the GateServer that holds it until that one is gone or asks for another; of several that only
 * ask for it to the oldest, in whichever namespace. Age alone would let an old one take the name of one that is in use,
 * with the visitors. Whose it is, the other must not learn: it may have no right to look there.
 * @param all GateServers of all namespaces
 */
export function routeFault(server: GateServer, all: readonly GateServer[]): Fault | undefined {
  const { route } = server.spec;
  if (!all.some((other) => other.spec.route === route && isBefore(other, server))) return undefined;
  const message = `spec.route: the host name ${route} belongs to another GateServer of this cluster: choose another one.`;
  return { reason: 'RouteTaken', message };
}

/** Who asks for the same host names. */
export function rivalsOf(
  { metadata, spec }: GateServer,
  all: readonly GateServer[],
  before?: GateServer,
): GateServer[] {
  const routes = new Set([spec.route, before?.spec.route]);
  return all.filter((other) => other.metadata.uid !== metadata.uid && routes.has(other.spec.route));
}

function isBefore(a: GateServer, b: GateServer): boolean {
  if (a.metadata.uid === b.metadata.uid) return false;
  return holds(a) === holds(b) ? age(a) < age(b) : holds(a);
}

const holds = ({ spec, status }: GateServer) => status?.route === spec.route;

/** Nobody chooses either part: the API server writes both, the time so that it sorts as text (RFC 3339, UTC, seconds). */
const age = ({ metadata }: GateServer) => `${metadata.creationTimestamp ?? ''} ${metadata.uid ?? ''}`;
