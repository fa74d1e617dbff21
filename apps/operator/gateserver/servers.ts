import { type GateServer, gateServerDefaults, type GateServerSettings } from '#libs/api';
import { perVersion } from '../cluster/per-version.js';
import { type Watches } from '../cluster/watches.js';

/** The GateServers of a namespace, oldest first; none that is being deleted. */
export function serversOf({ gateServers }: Pick<Watches, 'gateServers'>, namespace: string): GateServer[] {
  return gateServers
    .list(namespace)
    .filter(({ metadata }) => !metadata.deletionTimestamp)
    .sort((a, b) => (ageOf(a) < ageOf(b) ? -1 : 1));
}

/** Sorts GateServers of a namespace by when they were created; those of one second by name. */
export const ageOf = ({ metadata }: GateServer) => `${metadata.creationTimestamp} ${metadata.name}`;

/** The spec with every default in place. */
export const settingsOf: (server: GateServer) => Readonly<GateServerSettings> = perVersion(({ spec }: GateServer) =>
  gateServerDefaults(spec),
);

/** The public URLs of a gateway, without a slash at their end; the first is the base of links and `iss`. */
export function urlsOf(server: GateServer): string[] {
  return settingsOf(server)['public-urls'].map((url) => url.replace(/\/$/, ''));
}
