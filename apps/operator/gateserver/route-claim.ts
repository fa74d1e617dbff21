import { type GateServer } from '#libs/api';
import { type Fault } from './check.js';

const TAKEN = 'RouteTaken';

/**
 * A host name belongs to the GateServer that holds it until that one is gone or has let go of it (what it asks for by
 * then does not matter); of several that only ask for it to the oldest, in whichever namespace, unless that is in error
 * and would make nothing of it. Age alone would let an old one take the name of one that is in use,
 * with the visitors. Whose it is, the other must not learn: it may have no right to look there.
 * @param all GateServers of all namespaces
 */
export function routeFault(server: GateServer, all: readonly GateServer[]): Fault | undefined {
  const { route } = server.spec;
  if (!all.some((other) => claimsOf(other).includes(route) && isBefore(other, server, route))) return undefined;
  const message = `spec.route: the host name ${route} belongs to another GateServer of this cluster: choose a different one.`;
  return { reason: TAKEN, message };
}

/** Who asks for the host names that this one holds or asks for, or did before. */
export function rivalsOf(server: GateServer, all: readonly GateServer[], before = server): GateServer[] {
  const routes = new Set([...claimsOf(server), ...claimsOf(before)]);
  return all.filter(({ metadata, spec }) => metadata.uid !== server.metadata.uid && routes.has(spec.route));
}

/** What others have to respect; where it changes they are to be looked at again. */
export function claimOf(server: GateServer): string {
  return claimsOf(server).join(' ');
}

/** The name that it holds, then the one that it asks for. */
function claimsOf(server: GateServer): string[] {
  const { spec, status } = server;
  return [status?.route ?? '', isStuck(server) ? '' : spec.route];
}

/** In error by its own doing, as its present spec was judged: one that waits for a name is not. */
function isStuck({ metadata, status }: GateServer): boolean {
  if (status?.phase !== 'Error' || status['observed-generation'] !== metadata.generation) return false;
  return !status.conditions?.some(({ type, reason }) => type === 'Ready' && reason === TAKEN);
}

function isBefore(a: GateServer, b: GateServer, route: string): boolean {
  if (a.metadata.uid === b.metadata.uid) return false;
  const [first, second] = [a, b].map(({ status }) => status?.route === route);
  return first === second ? age(a) < age(b) : first === true;
}

/** The API server writes both parts, the time in a form that sorts as text (RFC 3339, UTC, seconds). */
const age = ({ metadata }: GateServer) => `${metadata.creationTimestamp ?? ''} ${metadata.uid ?? ''}`;
