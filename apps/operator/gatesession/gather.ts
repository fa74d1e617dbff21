import { type GateServer, type GateSession } from '#libs/api';
import { serversOf } from '../gateserver/servers.js';
import { type Watches } from '../cluster/watches.js';

/** Everything that decides about one record of a console. */
export interface Gathered {
  session: GateSession;
  servers: GateServer[];
}

export type Sources = Pick<Watches, 'gateSessions' | 'gateServers'>;

/** @returns undefined when there is no such session */
export function gather(watches: Sources, namespace: string, name: string): Gathered | undefined {
  const session = watches.gateSessions.get(name, namespace);
  if (!session || session.metadata.deletionTimestamp) return undefined;
  return { session, servers: serversOf(watches, namespace) };
}
