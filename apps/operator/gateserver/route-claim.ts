import { type GateServer } from '#libs/api';
import { type Informer } from '#libs/kube';
import { type Fault } from './check.js';
import { urlsOf } from './servers.js';

const TAKEN = 'RouteTaken';

/**
 * A host name belongs to the GateServer that holds it until that one is gone or has let go of it (what it asks for by
 * then does not matter); of several that only ask for it to the oldest, in whichever namespace, unless that is in error
 * and would make nothing of it. Age alone would let an old one take the name of one that is in use,
 * with the visitors. Whose it is, the other must not learn: it may have no right to look there.
 * The hosts of public URLs are claimed, too: its links would lead to another's gateway. Gateways that nothing but such a
 * host have in common may have different ports of it.
 * @param all those that may ask for the same names, as `rivalsAmong` finds them
 */
export function routeFault(server: GateServer, all: readonly GateServer[]): Fault | undefined {
  const { route } = server.spec;
  const isTaken = (host: string, claims: typeof claimsOf) =>
    all.some((other) => claims(other).includes(host) && isBefore(other, server, host));
  const [field, host] = isTaken(route, claimsOf)
    ? ['route', route]
    : ['public-urls', publicHosts(server).find((one) => isTaken(one, routesOf))];
  if (host === undefined) return undefined;
  const message = `spec.${field}: the host name ${host} belongs to another GateServer of this cluster: choose a different one.`;
  return { reason: TAKEN, message };
}

/** Who asks for the host names that this one holds or asks for, or did before. */
export function rivalsOf(server: GateServer, all: readonly GateServer[], before = server): GateServer[] {
  const hosts = new Set([...claimsOf(server), ...claimsOf(before)]);
  const asks = (other: GateServer) => [other.spec.route, ...publicHosts(other)].some((host) => hosts.has(host));
  return all.filter((other) => other.metadata.uid !== server.metadata.uid && asks(other));
}

/** Every GateServer that may ask for a name of this one or of its earlier version: itself, those of its namespace, of its hosts. */
export function rivalsAmong(
  gateServers: Pick<Informer<GateServer>, 'list' | 'index'>,
): (server: GateServer, before?: GateServer) => GateServer[] {
  const byHost = gateServers.index(hostsOf);
  return (server, before = server) => {
    const hosts = [...hostsOf(server), ...hostsOf(before)];
    return [...new Set([...gateServers.list(server.metadata.namespace), ...hosts.flatMap(byHost)])];
  };
}

/** All that it holds or asks for, in error or not. */
function hostsOf(server: GateServer): string[] {
  return [server.status?.route ?? '', server.spec.route, ...publicHosts(server)].filter((host) => host !== '');
}

/** What others have to respect; where it changes they are to be looked at again. */
export function claimOf(server: GateServer): string {
  return claimsOf(server).join(' ');
}

function claimsOf(server: GateServer): string[] {
  return [...routesOf(server), ...(isStuck(server) ? [] : publicHosts(server))];
}

/** Other than its route. localhost is each browser's own machine. */
function publicHosts(server: GateServer): string[] {
  const hosts = urlsOf(server).map((url) => URL.parse(url)?.hostname ?? '');
  return hosts.filter((host) => !['', 'localhost', server.spec.route].includes(host));
}

/** The name that it holds, then the one that it asks for. */
function routesOf(server: GateServer): string[] {
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
  const [first, second] = [hold(a, route), hold(b, route)];
  return first === second ? age(a) < age(b) : first > second;
}

/** 2: by its route. 1: by a public URL, which no status tells: one that was just added is behind a route that is held. */
function hold(server: GateServer, host: string): 0 | 1 | 2 {
  const { route, phase } = server.status ?? {};
  if (route === host) return 2;
  return route !== undefined && phase !== 'Error' && publicHosts(server).includes(host) ? 1 : 0;
}

/** The API server writes both parts, the time in a form that sorts as text (RFC 3339, UTC, seconds). */
const age = ({ metadata }: GateServer) => `${metadata.creationTimestamp ?? ''} ${metadata.uid ?? ''}`;
